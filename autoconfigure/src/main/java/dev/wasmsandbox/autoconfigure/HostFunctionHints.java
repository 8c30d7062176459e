package dev.wasmsandbox.autoconfigure;

import java.lang.reflect.Method;
import java.util.Set;

import dev.wasmsandbox.WasmHostFunction;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;

/**
 * Ahead of time, hints at the methods of beans that have {@link WasmHostFunction}, which
 * are found and called by reflection.
 */
final class HostFunctionHints implements BeanRegistrationAotProcessor {

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
		Set<Method> methods = AnnotatedHostFunctions.methods(bean.getBeanClass());
		return methods.isEmpty() ? null : (context, code) -> methods
			.forEach((method) -> context.getRuntimeHints().reflection().registerMethod(method, ExecutableMode.INVOKE));
	}

}
