package dev.wasmsandbox.spring;

import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import dev.wasmsandbox.WasmClient;
import dev.wasmsandbox.WasmSandbox;
import dev.wasmsandbox.WasmSandboxes;
import dev.wasmsandbox.error.UnknownModuleException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Makes the bean of a client when the application starts, so that one that does not fit
 * its module fails the start. The module is the bean of its name, or one that was loaded
 * by the registry.
 *
 * @param <T> the interface
 */
public final class WasmClientFactoryBean<T> implements FactoryBean<T>, BeanFactoryAware, InitializingBean {

	private final Class<T> type;

	private @Nullable BeanFactory beanFactory;

	private @Nullable T client;

	/** For an interface with {@link WasmClient}. */
	public WasmClientFactoryBean(Class<T> type) {
		this.type = type;
	}

	@Override
	public void setBeanFactory(BeanFactory factory) {
		this.beanFactory = factory;
	}

	@Override
	public void afterPropertiesSet() {
		String module = Objects.requireNonNull(this.type.getAnnotation(WasmClient.class)).value();
		this.client = sandbox(Objects.requireNonNull(this.beanFactory), module).as(this.type);
	}

	private static WasmSandbox sandbox(BeanFactory factory, String module) {
		if (factory.containsBean(module) && factory.isTypeMatch(module, WasmSandbox.class)) {
			return factory.getBean(module, WasmSandbox.class);
		}
		WasmSandboxes registry = factory.getBean(WasmSandboxes.class);
		return registry.find(module).orElseThrow(() -> new UnknownModuleException(module, known(factory, registry)));
	}

	/** Also those whose beans are not made yet, of which the registry does not know. */
	private static Set<String> known(BeanFactory factory, WasmSandboxes registry) {
		Set<String> names = new TreeSet<>(registry.names());
		if (factory instanceof ListableBeanFactory listable) {
			names.addAll(Arrays.asList(listable.getBeanNamesForType(WasmSandbox.class, true, false)));
		}
		return names;
	}

	@Override
	public @Nullable T getObject() {
		return this.client;
	}

	@Override
	public Class<T> getObjectType() {
		return this.type;
	}

}
