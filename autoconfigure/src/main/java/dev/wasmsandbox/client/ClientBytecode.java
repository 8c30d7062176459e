package dev.wasmsandbox.client;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.wasmsandbox.abi.AbiCall;
import dev.wasmsandbox.abi.ValueKind;

/**
 * The byte code of a client: a field for each method's function, and methods that put
 * their arguments into the array of bits or the {@link AbiCall} that it takes. None of
 * them branches, so the classes need no stack maps.
 */
final class ClientBytecode {

	private static final ClassDesc FUNCTION = desc(ClientFunction.class);

	private static final ClassDesc CALL = desc(AbiCall.class);

	private static final ClassDesc BITS = ConstantDescs.CD_long.arrayType();

	private static final ClassDesc OBJECT = ConstantDescs.CD_Object;

	private static final String DESCRIPTION = "description";

	private static final int PUBLIC_FINAL = ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL;

	private final ClassDesc self;

	private final List<ClientMethod> methods;

	private ClientBytecode(ClassDesc self, List<ClientMethod> methods) {
		this.self = self;
		this.methods = methods;
	}

	/**
	 * Writes the class.
	 * @param packageName where it shall lie, empty for the unnamed package
	 */
	static byte[] of(Class<?> type, String packageName, List<ClientMethod> methods) {
		ClassDesc self = ClassDesc.of(packageName, type.getSimpleName() + "$WasmClient");
		ClientBytecode code = new ClientBytecode(self, methods);
		return ClassFile.of().build(self, (builder) -> code.build(builder, desc(type)));
	}

	private static ClassDesc desc(Class<?> type) {
		return type.describeConstable()
			.orElseThrow(() -> new IllegalArgumentException("it is hidden, or refers to the hidden " + type.getName()));
	}

	private void build(ClassBuilder builder, ClassDesc type) {
		builder.withFlags(PUBLIC_FINAL | ClassFile.ACC_SYNTHETIC).withInterfaceSymbols(type);
		builder.withField(DESCRIPTION, ConstantDescs.CD_String, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
		for (int i = 0; i < this.methods.size(); i++) {
			builder.withField(field(i), FUNCTION, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
		}
		builder.withMethodBody(ConstantDescs.INIT_NAME,
				MethodTypeDesc.of(ConstantDescs.CD_void, FUNCTION.arrayType(), ConstantDescs.CD_String),
				ClassFile.ACC_PUBLIC, this::constructor);
		builder.withMethodBody("toString", MethodTypeDesc.of(ConstantDescs.CD_String), PUBLIC_FINAL,
				(code) -> code.aload(0).getfield(this.self, DESCRIPTION, ConstantDescs.CD_String).areturn());
		for (int i = 0; i < this.methods.size(); i++) {
			int index = i;
			Method method = this.methods.get(i).method();
			ClassDesc[] parameters = new ClassDesc[method.getParameterCount()];
			for (int j = 0; j < parameters.length; j++) {
				parameters[j] = desc(method.getParameterTypes()[j]);
			}
			builder.withMethodBody(method.getName(), MethodTypeDesc.of(desc(method.getReturnType()), parameters),
					PUBLIC_FINAL, (code) -> method(code, index));
		}
	}

	private static String field(int index) {
		return "function" + index;
	}

	private void constructor(CodeBuilder code) {
		code.aload(0).invokespecial(OBJECT, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
		code.aload(0).aload(2).putfield(this.self, DESCRIPTION, ConstantDescs.CD_String);
		for (int i = 0; i < this.methods.size(); i++) {
			code.aload(0).aload(1).loadConstant(i).aaload().putfield(this.self, field(i), FUNCTION);
		}
		code.return_();
	}

	private void method(CodeBuilder code, int index) {
		ClientMethod method = this.methods.get(index);
		if (method.isPlain()) {
			loadFunction(code, index);
			loadBits(code, index, method);
			code.invokevirtual(FUNCTION, "call", MethodTypeDesc.of(ConstantDescs.CD_long, BITS));
			returnBits(code, method.method().getReturnType());
			return;
		}
		int call = code.allocateLocal(TypeKind.REFERENCE);
		newCall(code, index, method, call);
		loadFunction(code, index).aload(call);
		if (method.async()) {
			code.invokevirtual(FUNCTION, "callAsync", MethodTypeDesc.of(desc(CompletableFuture.class), CALL)).areturn();
			return;
		}
		code.invokevirtual(FUNCTION, "call", MethodTypeDesc.of(ConstantDescs.CD_void, CALL));
		if (method.result().isNumber() || method.result().kind() == ValueKind.NONE) {
			code.aload(call).invokevirtual(CALL, "resultBits", MethodTypeDesc.of(ConstantDescs.CD_long));
			returnBits(code, method.method().getReturnType());
		}
		else {
			loadFunction(code, index).aload(call).invokevirtual(FUNCTION, "decode", MethodTypeDesc.of(OBJECT, CALL));
			code.checkcast(desc(method.method().getReturnType())).areturn();
		}
	}

	private CodeBuilder loadFunction(CodeBuilder code, int index) {
		return code.aload(0).getfield(this.self, field(index), FUNCTION);
	}

	/** The arguments' bits in a new array. */
	private void loadBits(CodeBuilder code, int index, ClientMethod method) {
		int count = method.parameters().size();
		code.loadConstant(count).newarray(TypeKind.LONG);
		for (int i = 0; i < count; i++) {
			code.dup().loadConstant(i);
			loadNumber(code, index, method, i);
			code.lastore();
		}
	}

	/** Puts the arguments into a new call, in a local variable. */
	private void newCall(CodeBuilder code, int index, ClientMethod method, int call) {
		int count = method.parameters().size();
		code.new_(CALL).dup().loadConstant(count);
		code.invokespecial(CALL, ConstantDescs.INIT_NAME,
				MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int));
		code.astore(call);
		for (int i = 0; i < count; i++) {
			code.aload(call).loadConstant(i);
			if (method.parameters().get(i).isNumber()) {
				loadNumber(code, index, method, i);
				code.invokevirtual(CALL, "number",
						MethodTypeDesc.of(CALL, ConstantDescs.CD_int, ConstantDescs.CD_long));
			}
			else {
				loadFunction(code, index).loadConstant(i);
				loadObject(code, method, i);
				code.invokevirtual(FUNCTION, "encode", MethodTypeDesc.of(OBJECT, ConstantDescs.CD_int, OBJECT));
				code.invokevirtual(CALL, "value", MethodTypeDesc.of(CALL, ConstantDescs.CD_int, OBJECT));
			}
			code.pop();
		}
	}

	/** An argument as an object; numbers that a codec writes are boxed. */
	private static void loadObject(CodeBuilder code, ClientMethod method, int parameter) {
		Class<?> type = method.method().getParameterTypes()[parameter];
		code.loadLocal(TypeKind.from(type), code.parameterSlot(parameter));
		box(code, type);
	}

	private void loadNumber(CodeBuilder code, int index, ClientMethod method, int parameter) {
		Class<?> type = method.method().getParameterTypes()[parameter];
		int slot = code.parameterSlot(parameter);
		if (!type.isPrimitive()) {
			loadFunction(code, index).loadConstant(parameter).aload(slot);
			code.invokevirtual(FUNCTION, "number",
					MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_int, OBJECT));
			return;
		}
		code.loadLocal(TypeKind.from(type), slot);
		if (type == double.class) {
			code.invokestatic(ConstantDescs.CD_Double, "doubleToRawLongBits",
					MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_double));
		}
		else if (type == float.class) {
			code.invokestatic(ConstantDescs.CD_Float, "floatToRawIntBits",
					MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_float));
			code.i2l();
		}
		else if (type != long.class) {
			code.i2l();
		}
	}

	/** Returns bits on the stack as the method's type. */
	private static void returnBits(CodeBuilder code, Class<?> type) {
		if (type == void.class) {
			code.pop2().return_();
			return;
		}
		if (type == Void.class) {
			code.pop2().aconst_null().areturn();
			return;
		}
		Class<?> primitive = type.isPrimitive() ? type : unboxed(type);
		if (primitive == boolean.class) {
			code.l2i()
				.invokestatic(FUNCTION, "isTrue", MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_int));
		}
		else if (primitive == double.class) {
			code.invokestatic(ConstantDescs.CD_Double, "longBitsToDouble",
					MethodTypeDesc.of(ConstantDescs.CD_double, ConstantDescs.CD_long));
		}
		else if (primitive == float.class) {
			code.l2i()
				.invokestatic(ConstantDescs.CD_Float, "intBitsToFloat",
						MethodTypeDesc.of(ConstantDescs.CD_float, ConstantDescs.CD_int));
		}
		else if (primitive == int.class) {
			code.l2i();
		}
		if (type.isPrimitive()) {
			code.return_(TypeKind.from(type));
		}
		else {
			box(code, primitive);
			code.areturn();
		}
	}

	/** The types of numbers that results have, see {@code ValueForm}. */
	private static Class<?> unboxed(Class<?> type) {
		return switch (type.getSimpleName()) {
			case "Boolean" -> boolean.class;
			case "Long" -> long.class;
			case "Float" -> float.class;
			case "Double" -> double.class;
			default -> int.class;
		};
	}

	/** Makes what is on the stack an object, if it is none. */
	private static void box(CodeBuilder code, Class<?> type) {
		if (type.isPrimitive()) {
			ClassDesc boxed = desc(MethodType.methodType(type).wrap().returnType());
			code.invokestatic(boxed, "valueOf", MethodTypeDesc.of(boxed, desc(type)));
		}
	}

}
