package dev.wasmsandbox.wasi;

import java.util.List;
import java.util.Map;

import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.engine.HostBinding;
import dev.wasmsandbox.engine.Wat;
import dev.wasmsandbox.error.ModuleRejectedException;
import dev.wasmsandbox.error.ModuleRejectedException.Reason;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** WASI that is enabled and grants nothing, and WASI that is not enabled. */
class WasiNothingGrantedTests {

	/**
	 * What each function answers to arguments that are all zero: descriptor 0 is stdin.
	 */
	private static final Map<String, Errno> ON_ZERO = Map.ofEntries(Map.entry("args_get", Errno.SUCCESS),
			Map.entry("args_sizes_get", Errno.SUCCESS), Map.entry("environ_get", Errno.SUCCESS),
			Map.entry("environ_sizes_get", Errno.SUCCESS), Map.entry("clock_res_get", Errno.NOTCAPABLE),
			Map.entry("clock_time_get", Errno.NOTCAPABLE), Map.entry("fd_advise", Errno.SPIPE),
			Map.entry("fd_allocate", Errno.SPIPE), Map.entry("fd_datasync", Errno.NOTCAPABLE),
			Map.entry("fd_fdstat_get", Errno.SUCCESS), Map.entry("fd_fdstat_set_flags", Errno.SUCCESS),
			Map.entry("fd_filestat_get", Errno.SUCCESS), Map.entry("fd_filestat_set_size", Errno.SPIPE),
			Map.entry("fd_filestat_set_times", Errno.NOTCAPABLE), Map.entry("fd_pread", Errno.SPIPE),
			Map.entry("fd_prestat_get", Errno.BADF), Map.entry("fd_prestat_dir_name", Errno.BADF),
			Map.entry("fd_pwrite", Errno.SPIPE), Map.entry("fd_read", Errno.SUCCESS),
			Map.entry("fd_readdir", Errno.NOTDIR), Map.entry("fd_renumber", Errno.SUCCESS),
			Map.entry("fd_seek", Errno.SPIPE), Map.entry("fd_sync", Errno.NOTCAPABLE),
			Map.entry("fd_tell", Errno.SPIPE), Map.entry("fd_write", Errno.BADF),
			Map.entry("path_create_directory", Errno.NOTDIR), Map.entry("path_filestat_get", Errno.NOTDIR),
			Map.entry("path_filestat_set_times", Errno.NOTDIR), Map.entry("path_link", Errno.NOTDIR),
			Map.entry("path_open", Errno.NOTDIR), Map.entry("path_readlink", Errno.NOTDIR),
			Map.entry("path_remove_directory", Errno.NOTDIR), Map.entry("path_rename", Errno.NOTDIR),
			Map.entry("path_symlink", Errno.NOTDIR), Map.entry("path_unlink_file", Errno.NOTDIR),
			Map.entry("poll_oneoff", Errno.INVAL), Map.entry("proc_raise", Errno.NOSYS),
			Map.entry("random_get", Errno.NOTCAPABLE), Map.entry("sched_yield", Errno.SUCCESS),
			Map.entry("sock_accept", Errno.NOTSOCK), Map.entry("sock_recv", Errno.NOTSOCK),
			Map.entry("sock_send", Errno.NOTSOCK), Map.entry("sock_shutdown", Errno.NOTSOCK),
			Map.entry("fd_fdstat_set_rights", Errno.SUCCESS), Map.entry("fd_close", Errno.SUCCESS));

	@Test
	void everyFunctionIsThereAndAnswers() {
		List<HostBinding> functions = WasiHost.bindings(WasiSettings.nothing());
		assertThat(functions).hasSize(46);
		try (RawGuest guest = RawGuest.with(WasiSettings.builder())) {
			for (HostBinding function : functions) {
				if (!function.name().equals("proc_exit")) {
					Object[] zeroes = function.signature()
						.parameters()
						.stream()
						.map((type) -> type.toString().equals("i64") ? (Object) 0L : (Object) 0)
						.toArray();
					assertThat(guest.call(function.name(), zeroes)).as(function.name())
						.isEqualTo(ON_ZERO.get(function.name()));
					guest.nextLease();
				}
			}
		}
	}

	@Test
	void anUnknownDescriptorIsNamedAsSuchByEveryFunctionOnDescriptors() {
		try (RawGuest guest = RawGuest.with(WasiSettings.builder())) {
			for (HostBinding function : WasiHost.bindings(WasiSettings.nothing())) {
				if (function.name().startsWith("fd_") || function.name().startsWith("sock_")) {
					for (int descriptor : new int[] { 3, -1, Integer.MAX_VALUE, Integer.MIN_VALUE }) {
						Object[] arguments = function.signature()
							.parameters()
							.stream()
							.map((type) -> type.toString().equals("i64") ? (Object) 0L : (Object) 0)
							.toArray();
						arguments[0] = descriptor;
						assertThat(guest.call(function.name(), arguments)).as(function.name()).isEqualTo(Errno.BADF);
					}
				}
			}
		}
	}

	@Test
	void withoutAMemoryEveryAddressIsBad() {
		try (WasmSandbox sandbox = RawGuest.sandbox(WasiSettings.builder().clocks(true).random(WasiRandom.SECURE), "",
				"")) {
			assertThat(sandbox.call("args_sizes_get", int.class, 0, 0)).isEqualTo(Errno.FAULT.number());
			assertThat(sandbox.call("random_get", int.class, 0, 1)).isEqualTo(Errno.FAULT.number());
			assertThat(sandbox.call("fd_read", int.class, 0, 0, 1, 0)).isEqualTo(Errno.FAULT.number());
			assertThat(sandbox.call("clock_time_get", int.class, 0, 0L, 0)).isEqualTo(Errno.FAULT.number());
			assertThat(sandbox.call("poll_oneoff", int.class, 0, 0, 1, 0)).isEqualTo(Errno.FAULT.number());
		}
	}

	@Test
	void aModuleThatImportsWasiIsRefusedUnlessItIsEnabled() {
		byte[] module = Wat.assemble(RawGuest.text("", ""));
		assertThatExceptionOfType(ModuleRejectedException.class)
			.isThrownBy(() -> WasmSandbox.builder().name("raw").source(module).build())
			.withMessageContaining("wasi_snapshot_preview1")
			.withMessageContaining("wasm.modules.raw.wasi.enabled=true")
			.satisfies((ex) -> assertThat(ex.reason()).isEqualTo(Reason.UNRESOLVED_IMPORTS));
	}

}
