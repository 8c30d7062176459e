package dev.wasmsandbox.engine;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.ImportGlobal;
import com.dylibso.chicory.runtime.ImportTable;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.GlobalImport;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableImport;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.Value;
import dev.wasmsandbox.screen.ExternalKind;
import dev.wasmsandbox.screen.ModuleImport;
import dev.wasmsandbox.screen.ModuleReport;
import dev.wasmsandbox.screen.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * The tables and globals a module imports, made anew for each of its instances: no two
 * instances, and no two modules, ever share one. Immutable and thread-safe.
 */
final class ImportedState {

	private record Global(GlobalImport type, long value) {
	}

	private final List<Global> globals = new ArrayList<>();

	private final List<TableImport> tables = new ArrayList<>();

	private final int tableCount;

	private final long mostElements;

	/**
	 * Fixes what the globals begin with.
	 * @param values by {@code module.name}, as {@link #problems} has checked them; a
	 * global without one begins with zero, or null
	 * @param mostElements how many elements all tables may have together
	 */
	ImportedState(WasmModule module, ModuleReport report, Map<String, Number> values, long mostElements) {
		this.tableCount = report.tables();
		this.mostElements = mostElements;
		for (int i = 0; i < module.importSection().importCount(); i++) {
			Import item = module.importSection().getImport(i);
			if (item instanceof TableImport table) {
				this.tables.add(table);
			}
			else if (item instanceof GlobalImport global) {
				ValueType type = report.imports().get(i).valueType();
				Number value = values.get(item.module() + "." + item.name());
				this.globals.add(new Global(global, (value != null) ? raw(type, value) : zero(type)));
			}
		}
	}

	/** Whether the module imports neither. */
	boolean isEmpty() {
		return this.globals.isEmpty() && this.tables.isEmpty();
	}

	/** Makes those of one instance. */
	void addTo(ImportValues.Builder imports) {
		for (Global global : this.globals) {
			GlobalImport type = global.type();
			imports.addGlobal(new ImportGlobal(type.module(), type.name(),
					new GlobalInstance(global.value(), 0, type.type(), type.mutabilityType())));
		}
		for (TableImport table : this.tables) {
			TableLimits limits = limits(table.limits(), this.tableCount, this.mostElements);
			imports.addTable(new ImportTable(table.module(), table.name(),
					new TableInstance(new Table(table.entryType(), limits), Value.REF_NULL_VALUE)));
		}
	}

	/**
	 * Table limits for one instance, a copy: the parsed module's are shared by all
	 * instances, and growing a table changes them. What tables may grow to is divided
	 * among them, so that all together stay within the limit.
	 */
	static TableLimits limits(TableLimits declared, int tableCount, long mostElements) {
		long share = mostElements / Math.max(1, tableCount);
		long least = declared.min();
		return new TableLimits(least, Math.max(least, Math.min(declared.max(), share)));
	}

	/** What is wrong with the values for imported globals; empty if nothing is. */
	static List<String> problems(ModuleReport report, Map<String, Number> values) {
		List<String> problems = new ArrayList<>();
		// In order, so that a message is the same each time.
		new TreeMap<>(values).forEach((name, value) -> {
			List<ModuleImport> imported = report.imports()
				.stream()
				.filter((item) -> item.kind() == ExternalKind.GLOBAL)
				.filter((item) -> name.equals(item.module() + "." + item.name()))
				.toList();
			if (imported.isEmpty()) {
				problems.add("the value " + value + " is for a global " + name + ", which it does not import");
			}
			for (ModuleImport item : imported) {
				if (!fits(item.valueType(), value)) {
					problems.add("the value " + value + " is not a value of the global " + name + ", an "
							+ item.valueType());
				}
			}
		});
		return problems;
	}

	/** Whether one can be made of an imported global's or table's type. */
	static boolean canBeMade(ModuleImport item) {
		ValueType type = item.valueType();
		boolean reference = type == ValueType.FUNCREF || type == ValueType.EXTERNREF;
		return reference || (item.kind() == ExternalKind.GLOBAL && type != null && type.isNumeric());
	}

	private static boolean fits(@Nullable ValueType type, Number value) {
		try {
			raw(type, value);
			return true;
		}
		catch (ArithmeticException | NumberFormatException _) {
			return false;
		}
	}

	/** The bits of a number as a value of the type. */
	private static long raw(@Nullable ValueType type, Number value) {
		return switch (type) {
			case I32 -> exact(value).intValueExact();
			case I64 -> exact(value).longValueExact();
			case F32 -> Float.floatToRawIntBits((float) finite(value, value.floatValue()));
			case F64 -> Double.doubleToRawLongBits(finite(value, value.doubleValue()));
			case null, default -> throw new ArithmeticException("no number is a value of type " + type);
		};
	}

	private static BigDecimal exact(Number value) {
		return new BigDecimal(value.toString());
	}

	/** Infinity and NaN stay what they are, but no number becomes one. */
	private static double finite(Number value, double converted) {
		boolean meant = (value instanceof Double || value instanceof Float) && !Double.isFinite(value.doubleValue());
		if (!Double.isFinite(converted) && !meant) {
			throw new ArithmeticException("out of range");
		}
		return converted;
	}

	private static long zero(@Nullable ValueType type) {
		return (type == ValueType.FUNCREF || type == ValueType.EXTERNREF) ? Value.REF_NULL_VALUE : 0;
	}

}
