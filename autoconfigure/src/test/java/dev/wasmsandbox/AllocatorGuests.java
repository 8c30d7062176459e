package dev.wasmsandbox;

import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.guest.HostFunction;

/** Guests with and without allocators of their own. */
enum AllocatorGuests {

	C("text", "alloc/dealloc"), RUST("rust_text", "alloc/dealloc"),
	ASSEMBLYSCRIPT("assemblyscript", "__new/__pin/__unpin"), REALLOC("", "cabi_realloc"), ARENA("memory_test", "arena"),
	ARENA_UNBOUNDED("state", "arena");

	/** Only adds; what is freed is lost. It grows the memory by itself. */
	private static final String REALLOC_ONLY = """
			(module (memory (export "memory") 1)
			  (global $top (mut i32) (i32.const 1024))
			  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
			    (local.set $at (i32.and (i32.add (global.get $top) (i32.sub (local.get 2) (i32.const 1)))
			      (i32.sub (i32.const 0) (local.get 2))))
			    (global.set $top (i32.add (local.get $at) (local.get 3)))
			    (block $done (loop $more
			      (br_if $done (i32.le_u (global.get $top) (i32.shl (memory.size) (i32.const 16))))
			      (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then
			        (global.set $top (local.get $at)) (return (i32.const 0))))
			      (br $more)))
			    (local.get $at)))
			""";

	private final String fixture;

	private final String strategy;

	AllocatorGuests(String fixture, String strategy) {
		this.fixture = fixture;
		this.strategy = strategy;
	}

	String strategy() {
		return this.strategy;
	}

	boolean arena() {
		return this.strategy.equals("arena");
	}

	SandboxBuilder builder() {
		if (this.fixture.isEmpty()) {
			return WasmSandbox.builder().name("realloc").source(Wat.assemble(REALLOC_ONLY));
		}
		SandboxBuilder builder = TestModules.builder(this.fixture);
		return (this == ASSEMBLYSCRIPT)
				? builder.hostFunction(
						HostFunction.of("env", "abort", "(i32, i32, i32, i32) -> ()", (context, arguments) -> null))
				: builder;
	}

}
