package io.backendpool.pool.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.backendpool.pool.health.AgentState.Admin;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class AgentStateTest {

    @Example
    void hear_eachWord_changesWhatItSpeaksOf() {
        AgentState half = AgentState.UNHEARD.hear("50%");
        assertThat(half.weightPercent()).isEqualTo(50);
        AgentState drained = half.hear("drain");
        assertThat(drained).returns(50, AgentState::weightPercent).returns(Admin.DRAIN, AgentState::admin);
        assertThat(drained.hear("ready 75%"))
                .returns(75, AgentState::weightPercent)
                .returns(Admin.READY, AgentState::admin);
        assertThat(drained.hear("maint").admin()).isEqualTo(Admin.MAINT);
        AgentState down = drained.hear("down # disk full\t");
        assertThat(down.down()).isEqualTo("disk full");
        assertThat(down.hear("up").down()).isNull();
        assertThat(AgentState.UNHEARD.hear("failed").down()).isEmpty();
        assertThat(AgentState.UNHEARD.hear("up,READY,\t100%,maxconn:30")).isEqualTo(AgentState.UNHEARD);
        assertThat(AgentState.UNHEARD.hear("150%").weightPercent()).isEqualTo(100);
    }

    @Example
    void hear_rubbish_changesNothingAndComplains() {
        AgentState drained = AgentState.UNHEARD.hear("drain");
        assertThat(drained.hear("ready HTTP/1.1\u0007"))
                .returns(Admin.DRAIN, AgentState::admin)
                .returns(
                        "agent said \"ready HTTP/1.1?\" (expected: 75%, ready, drain, maint, up or down)",
                        AgentState::complaint);
        assertThat(drained.hear("").complaint()).isNotNull();
        assertThat(drained.hear("-5%").complaint()).isNotNull();
        assertThat(drained.hear("99999999999%").complaint()).isNotNull();
        assertThat(drained.hear("nonsense").hear("ready").complaint()).isNull();
    }

    @Example
    void silent_keepsTheLastWord_andAgreesWithIt() {
        AgentState drained = AgentState.UNHEARD.hear("50% drain");
        AgentState silent = drained.silent("connection refused");
        assertThat(silent.complaint()).isEqualTo("agent is silent: connection refused");
        assertThat(silent.admin()).isEqualTo(Admin.DRAIN);
        assertThat(silent.agrees(drained)).isTrue();
        assertThat(silent.agrees(drained.hear("60%"))).isFalse();
        assertThat(silent.hear("drain").complaint()).isNull();
    }

    @Property(tries = 2_000)
    void hear_anyLine_keepsItsBounds(@ForAll String line) {
        AgentState heard = AgentState.UNHEARD.hear(line);
        assertThat(heard.weightPercent()).isBetween(0, 100);
        String complaint = heard.complaint();
        if (complaint != null) {
            assertThat(complaint).hasSizeLessThan(160).matches("[\\x20-\\x7e]*");
            assertThat(heard.admin()).isEqualTo(Admin.READY);
        }
    }
}
