// Package metrics counts what the stages tell their observers, for Prometheus.
//
// One table (Table) is the source of everything: the collectors, their help and the page docs/METRICS.md. What is not
// in it cannot be counted: a name that the code uses and the table does not have panics at the first test.
//
// # Invariants
//
//  1. A registry of its own. Nothing is registered with the library's default, and nothing of it is shown.
//  2. Labels come from closed lists, from the configuration or are partitions; never from what a source sent. So no
//     stranger can make the process remember something, and no name of a person can come out here.
//  3. Counters begin at 0 with the process. What survives a restart is what is committed: the gauges of a partition's
//     meta record. They, like all of a partition, go when the partition goes.
//  4. An age is worked out when it is asked for: it grows also when nobody updates it any more.
//  5. Observers return at once: no I/O, no channel.
package metrics

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Build is what the program says of itself.
type Build struct{ Version, Revision, Go string }

// Metrics holds the collectors of one process.
type Metrics struct {
	registry   *prometheus.Registry
	counters   map[string]*prometheus.CounterVec
	gauges     map[string]*prometheus.GaugeVec
	asked      map[string]*asked
	histograms map[string]*prometheus.HistogramVec

	now func() time.Time

	mu     sync.Mutex
	shards map[shardKey]bool // true: restored
}

// New makes the collectors of the whole table. now is the clock by which ages are worked out.
func New(build Build, now func() time.Time) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), counters: map[string]*prometheus.CounterVec{}, gauges: map[string]*prometheus.GaugeVec{},
		asked: map[string]*asked{}, histograms: map[string]*prometheus.HistogramVec{}, now: now, shards: map[shardKey]bool{}}
	for _, section := range Table() {
		for _, x := range section.Metrics {
			m.add(x)
		}
	}
	m.gauges[buildInfo].WithLabelValues(build.Version, build.Revision, build.Go).Set(1)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *Metrics) add(x Metric) {
	var c prometheus.Collector
	switch {
	case x.Kind == age || x.asked:
		v := newAsked(x)
		m.asked[x.Name], c = v, v
	case x.Kind == counter:
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: x.Name, Help: x.Help}, x.Labels)
		m.counters[x.Name], c = v, v
		if len(x.Labels) == 0 {
			v.WithLabelValues() // shown as 0 from the start
		}
	case x.Kind == gauge:
		v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: x.Name, Help: x.Help}, x.Labels)
		m.gauges[x.Name], c = v, v
	case x.Kind == histogram:
		v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: x.Name, Help: x.Help, Buckets: ranges[x.Name]}, x.Labels)
		m.histograms[x.Name], c = v, v
		if len(x.Labels) == 0 {
			v.WithLabelValues()
		}
	default:
		panic("metrics: " + x.Name + " has no kind")
	}
	m.registry.MustRegister(c)
}

func (m *Metrics) count(name string, n int, labels ...string) {
	m.counters[name].WithLabelValues(labels...).Add(float64(n))
}

func (m *Metrics) set(name string, v float64, labels ...string) {
	m.gauges[name].WithLabelValues(labels...).Set(v)
}

func (m *Metrics) observe(name string, d time.Duration, labels ...string) {
	m.histograms[name].WithLabelValues(labels...).Observe(d.Seconds())
}

// since makes an age grow from at on.
func (m *Metrics) since(name string, at time.Time, labels ...string) {
	m.asked[name].set(func() float64 { return max(0, m.now().Sub(at).Seconds()) }, labels...)
}

// Ready makes the gauge of readiness ask a function.
func (m *Metrics) Ready(is func() bool) {
	m.asked[ready].set(func() float64 { return truth(is()) })
}

// Failed counts a stage that ended with an error, by the exit code; store says that the disk was the cause.
func (m *Metrics) Failed(stage string, exit int, store bool) {
	m.count(stageFailures, 1, stage, strconv.Itoa(exit))
	if store {
		m.count(storeErrors, 1, stage)
	}
}

// Limits of /metrics. A scrape takes milliseconds; whoever asks more often than that waits in vain.
const (
	scrapesAtOnce = 4
	scrapeTimeout = 10 * time.Second
)

// Handler answers a scrape.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, MaxRequestsInFlight: scrapesAtOnce,
		Timeout: scrapeTimeout, EnableOpenMetrics: true})
}

// Gatherer is for tests: what a scrape would show.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

func number(p int32) string { return strconv.FormatInt(int64(p), 10) }

// asked is a metric whose values are worked out when they are asked for.
type asked struct {
	desc *prometheus.Desc
	kind prometheus.ValueType

	mu     sync.Mutex
	values map[string]value // by its labels
}

type value struct {
	labels []string
	is     func() float64
}

func newAsked(x Metric) *asked {
	kind := prometheus.GaugeValue
	if x.Kind == counter {
		kind = prometheus.CounterValue
	}
	return &asked{desc: prometheus.NewDesc(x.Name, x.Help, x.Labels, nil), kind: kind, values: map[string]value{}}
}

// set makes the value of one label set ask a function; labels must be those of the table, in its order.
func (a *asked) set(is func() float64, labels ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.values[fmt.Sprint(labels)] = value{labels, is}
}

func (a *asked) drop(labels ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.values, fmt.Sprint(labels))
}

// Describe implements prometheus.Collector.
func (a *asked) Describe(to chan<- *prometheus.Desc) { to <- a.desc }

// Collect implements prometheus.Collector.
func (a *asked) Collect(to chan<- prometheus.Metric) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, v := range a.values {
		to <- prometheus.MustNewConstMetric(a.desc, a.kind, v.is(), v.labels...)
	}
}
