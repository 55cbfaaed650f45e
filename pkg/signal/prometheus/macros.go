package prometheus

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// DefaultScrapeInterval is how often a Prometheus scrapes where nothing tells.
const DefaultScrapeInterval = 15 * time.Second

// A name is matched whole, so that $__interval does not match in $__interval_ms.
var macro = regexp.MustCompile(`\$(__[a-z_]+|\{__[a-z_]+\})`)

// Expand replaces in a PromQL expression what Grafana's users write for
// durations, also as ${__interval}:
//
//	$__interval, $__interval_ms           the distance of two points
//	$__rate_interval                      for rate(): max($__interval + scrape, 4 * scrape)
//	$__range, $__range_s, $__range_ms     the length of the range
//
// Other names stay as they are. The scrape interval is DefaultScrapeInterval
// where it is not positive.
func Expand(expr string, step, rangeDuration, scrapeInterval time.Duration) string {
	if scrapeInterval <= 0 {
		scrapeInterval = DefaultScrapeInterval
	}
	seconds := rangeDuration.Round(time.Second)
	values := map[string]string{
		"__interval":      duration(step),
		"__interval_ms":   strconv.FormatInt(step.Milliseconds(), 10),
		"__rate_interval": duration(max(step+scrapeInterval, 4*scrapeInterval)),
		"__range":         strconv.FormatInt(int64(seconds.Seconds()), 10) + "s",
		"__range_s":       strconv.FormatInt(int64(seconds.Seconds()), 10),
		"__range_ms":      strconv.FormatInt(rangeDuration.Milliseconds(), 10),
	}
	return macro.ReplaceAllStringFunc(expr, func(found string) string {
		if value, ok := values[strings.Trim(found, "${}")]; ok {
			return value
		}
		return found
	})
}

// duration writes a duration as PromQL does, such as 1m30s, to the millisecond
// and at least one.
func duration(d time.Duration) string {
	return model.Duration(max(d, time.Millisecond)).String()
}
