package io.backendpool.operator.logs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backendpool.pool.PoolId;
import java.io.IOException;
import org.jboss.logging.MDC;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.Test;

class LogFormatTest {
    @Test
    void json_ofALineAboutAPool_isOneLine_withThePoolInIt() throws IOException {
        ExtLogRecord line = new ExtLogRecord(
                Level.WARN, "pool=shop/web \"quoted\"\nand more", ExtLogRecord.FormatStyle.NO_FORMAT, "test");
        line.setLoggerName("io.backendpool.x");
        line.setThrown(new IllegalStateException("broken"));
        line.putMdc(PoolLog.KEY, "shop/web");

        String text = LogFormat.json().format(line);

        assertThat(text.strip().lines()).hasSize(1);
        JsonNode json = new ObjectMapper().readTree(text);
        assertThat(json.at("/mdc/pool").asText()).isEqualTo("shop/web");
        assertThat(json.at("/message").asText()).isEqualTo("pool=shop/web \"quoted\"\nand more");
        assertThat(json.at("/level").asText()).isEqualTo("WARN");
        assertThat(json.at("/loggerName").asText()).isEqualTo("io.backendpool.x");
        assertThat(json.at("/stackTrace").asText()).contains("IllegalStateException: broken");
    }

    @Test
    void about_nested_putsBackWhatWasThere() {
        PoolId outer = new PoolId("shop", "web");
        PoolId inner = new PoolId("shop", "api");
        PoolLog.about(outer, () -> {
            assertThat(PoolLog.about(inner, () -> MDC.get(PoolLog.KEY))).isEqualTo("shop/api");
            assertThat(MDC.get(PoolLog.KEY)).isEqualTo("shop/web");
        });
        assertThat(MDC.get(PoolLog.KEY)).isNull();
    }
}
