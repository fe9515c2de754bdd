package server

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// ruleGauges describe what is in force and what is not.
func ruleGauges() [4]*prometheus.Desc {
	gauge := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return [4]*prometheus.Desc{
		gauge("callsheet_rules_reload_ok", "1 when the rule files are what is in force."),
		gauge("callsheet_rules_in_force_timestamp_seconds", "When the rule book in force was admitted."),
		gauge("callsheet_rules_refused_timestamp_seconds", "When the edit was refused that the files hold; 0 when they hold none."),
		gauge("callsheet_rules_live_version_info", "1, with the version of the rule book in force.", "version"),
	}
}

// collectRules tells Prometheus of the rules.
func (s state) collectRules(to chan<- prometheus.Metric) {
	gauges, status := ruleGauges(), s.Rules.Status()
	ok, refused := 1.0, 0.0
	if r := status.Rejected; r != nil {
		ok = 0
		if !r.Waits() {
			refused = seconds(r.At)
		}
	}
	for i, value := range []float64{ok, seconds(status.Since), refused} {
		to <- prometheus.MustNewConstMetric(gauges[i], prometheus.GaugeValue, value)
	}
	to <- prometheus.MustNewConstMetric(gauges[3], prometheus.GaugeValue, 1, status.Version)
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
