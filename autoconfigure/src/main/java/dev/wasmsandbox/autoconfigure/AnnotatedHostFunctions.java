package dev.wasmsandbox.autoconfigure;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.wasmsandbox.HostMethods;
import dev.wasmsandbox.WasmHostFunction;
import dev.wasmsandbox.guest.HostFunction;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.core.MethodIntrospector;
import org.springframework.util.ClassUtils;

/**
 * Finds the methods of beans that have {@link WasmHostFunction}. Only the beans that have
 * such methods are made for it; a proxied bean is called through its proxy.
 */
final class AnnotatedHostFunctions {

	private AnnotatedHostFunctions() {
	}

	/**
	 * The host functions of all singletons.
	 * @throws IllegalArgumentException naming a method that guests cannot call
	 */
	static List<HostFunction> of(ListableBeanFactory beans) {
		List<HostFunction> functions = new ArrayList<>();
		for (String name : beans.getBeanNamesForType(Object.class, false, false)) {
			Class<?> type = type(beans, name);
			if (type == null || type.getName().startsWith("org.springframework.")) {
				continue;
			}
			for (Method method : methods(type)) {
				Object bean = beans.getBean(name);
				functions.add(HostMethods.of(bean, AopUtils.selectInvocableMethod(method, bean.getClass())));
			}
		}
		return functions;
	}

	/** The methods of a bean's class that have the annotation. */
	static Set<Method> methods(Class<?> type) {
		return MethodIntrospector.selectMethods(ClassUtils.getUserClass(type),
				(Method method) -> method.isAnnotationPresent(WasmHostFunction.class));
	}

	private static @Nullable Class<?> type(ListableBeanFactory beans, String name) {
		try {
			return beans.getType(name, false);
		}
		catch (NoSuchBeanDefinitionException _) {
			return null;
		}
	}

}
