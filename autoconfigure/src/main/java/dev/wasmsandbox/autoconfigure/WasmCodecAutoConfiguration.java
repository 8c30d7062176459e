package dev.wasmsandbox.autoconfigure;

import dev.wasmsandbox.codec.JsonCodec;
import dev.wasmsandbox.codec.MessagePackCodec;
import org.msgpack.core.MessagePack;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the codecs that use the application's {@link JsonMapper}.
 */
@AutoConfiguration(before = WasmAutoConfiguration.class,
		afterName = "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration")
@ConditionalOnClass(JsonMapper.class)
@ConditionalOnSingleCandidate(JsonMapper.class)
public final class WasmCodecAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	JsonCodec wasmJsonCodec(JsonMapper mapper) {
		return new JsonCodec(mapper);
	}

	/** Apart, so that its library may be missing. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MessagePack.class)
	static class MessagePackConfiguration {

		@Bean
		@ConditionalOnMissingBean
		MessagePackCodec wasmMessagePackCodec(JsonMapper mapper) {
			return new MessagePackCodec(mapper);
		}

	}

}
