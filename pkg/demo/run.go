package demo

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// longest is more than a run takes from its start to its last line.
const longest = 2 * time.Minute

// entry is one line of a store.
type entry struct {
	time time.Time
	kind event.Kind
	line []byte
}

// stage plays the scripts of one demo week.
type stage struct {
	seed    uint64
	loc     *time.Location
	scripts []script
}

// entries lists what a script writes after r.From and up to r.To, in the order
// of time. It is the same however a longer range is cut into pieces.
func (st *stage) entries(s *script, r event.Range) []entry {
	var all []entry
	for at := range s.runs(event.Range{From: r.From.Add(-longest), To: r.To}, st.loc) {
		for _, e := range st.run(s, at) {
			if e.time.After(r.From) && !e.time.After(r.To) {
				all = append(all, e)
			}
		}
	}
	return all
}

// run plays the run that is scheduled at a time: the heartbeat, the log lines,
// the alarms.
func (st *stage) run(s *script, at time.Time) []entry {
	rng := rand.New(rand.NewPCG(st.seed, hash(s.Name())^uint64(at.Unix())))
	now := at.Add(time.Duration(rng.IntN(9)) * time.Second)
	beat := event.Heartbeat{Time: now, User: s.user, Host: s.Host, Script: s.Script}
	all := []entry{{now, event.Heartbeats, AppendHeartbeat(nil, beat, st.loc)}}
	say := func(text string) {
		now = now.Add(time.Duration(rng.IntN(3)) * time.Second)
		level, message, _ := strings.Cut(text, ": ")
		all = append(all, entry{now, event.Logs, AppendLog(nil, event.Log{Time: now, Level: level, Message: message}, st.loc)})
	}
	raise := func(message string, failed float64) {
		result := event.SendResults[0]
		if rng.Float64() < failed {
			result = event.SendResults[1]
		}
		alarm := event.Alarm{Time: now, Receivers: s.Receivers, SendResult: result, Message: message}
		all = append(all, entry{now, event.Alarms, AppendAlarm(nil, alarm, st.loc)})
	}
	for range 1 + rng.IntN(st.busy(at)) {
		say(expand(rng, line(rng, s.chatter)))
	}
	if rng.Float64() < s.rate {
		message := expand(rng, pick(rng, s.alarms))
		say("Error: " + message)
		raise(message, usuallyFailed)
	}
	for _, ep := range s.episodes {
		if !ep.Contains(at) {
			continue
		}
		for range between(rng, ep.lines) {
			say(expand(rng, pick(rng, ep.chatter)))
		}
		for range between(rng, ep.alarms) {
			raise(expand(rng, pick(rng, ep.messages)), ep.failed)
		}
	}
	return all
}

// usuallyFailed is the share of alarms that cannot be sent on a good day.
const usuallyFailed = 0.04

// line picks a template; three in four that say trouble are dropped for another,
// so that most runs are quiet.
func line(rng *rand.Rand, chatter []string) string {
	for {
		text := pick(rng, chatter)
		calm := strings.HasPrefix(text, "Info") || strings.HasPrefix(text, "Debug")
		if calm || rng.IntN(4) == 0 {
			return text
		}
	}
}

// busy is the most lines of one run: more in working hours.
func (st *stage) busy(at time.Time) int {
	local := at.In(st.loc)
	weekend := local.Weekday() == time.Saturday || local.Weekday() == time.Sunday
	if hour := local.Hour(); hour >= 9 && hour < 19 && !weekend {
		return 5
	}
	return 2
}

func between(rng *rand.Rand, least [2]int) int { return least[0] + rng.IntN(least[1]-least[0]+1) }

func hash(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return h.Sum64()
}
