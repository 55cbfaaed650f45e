package plugin

import (
	"sync"
	"time"

	"github.com/heartline-monitor/heartline/pkg/heartbeat"
)

// maxSchedules bounds the remembered frequencies; stores have a few dozen.
const maxSchedules = 10_000

// schedules remembers what the texts of execute frequencies mean, because the
// same few texts are read for every monitor of every query.
type schedules struct {
	mu     sync.Mutex
	byText map[frequency]heartbeat.Schedule
}

type frequency struct {
	text string
	zone *time.Location
}

func newSchedules() *schedules { return &schedules{byText: map[frequency]heartbeat.Schedule{}} }

// parse returns the schedule a text means; one that means nothing gives the
// unknown schedule, which is judged by the classic rule.
func (s *schedules) parse(text string, zone *time.Location) heartbeat.Schedule {
	key := frequency{text, zone}
	s.mu.Lock()
	defer s.mu.Unlock()
	schedule, ok := s.byText[key]
	if !ok {
		schedule, _ = heartbeat.Parse(text, zone)
		if len(s.byText) >= maxSchedules {
			clear(s.byText)
		}
		s.byText[key] = schedule
	}
	return schedule
}
