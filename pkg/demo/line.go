package demo

import (
	"crypto/md5" //nolint:gosec // The store's format: it recognises repeated alarms, it protects nothing.
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// AppendHeartbeat appends the line that the existing writer makes of a
// heartbeat, its time in loc.
func AppendHeartbeat(b []byte, h event.Heartbeat, loc *time.Location) []byte {
	b = appendTime(b, h.Time, loc)
	b = appendField(b, "user", h.User)
	b = appendField(b, "host", h.Host)
	b = appendField(b, "script", h.Script)
	return append(b, "}\n"...)
}

// AppendLog appends the line that the existing writer makes of a log line.
func AppendLog(b []byte, l event.Log, loc *time.Location) []byte {
	b = appendTime(b, l.Time, loc)
	b = appendField(b, "message_level", l.Level)
	b = appendField(b, "message", l.Message)
	return append(b, "}\n"...)
}

// AppendAlarm appends the line that the existing writer makes of an alarm; the
// digest is made here.
func AppendAlarm(b []byte, a event.Alarm, loc *time.Location) []byte {
	receivers := strings.Join(a.Receivers, " ")
	digest := md5.Sum([]byte(receivers + " " + a.Message)) //nolint:gosec // See the import.
	b = appendTime(b, a.Time, loc)
	b = appendField(b, "md5", hex.EncodeToString(digest[:]))
	b = appendField(b, "receivers", receivers)
	b = appendField(b, "send_alarm_result", a.SendResult)
	b = appendField(b, "message", a.Message)
	return append(b, "}\n"...)
}

func appendTime(b []byte, t time.Time, loc *time.Location) []byte {
	b = append(b, `{"time": "`...)
	b = t.In(loc).AppendFormat(b, time.DateTime)
	return append(b, '"')
}

func appendField(b []byte, name, value string) []byte {
	b = append(b, `, "`...)
	b = append(b, name...)
	b = append(b, `": "`...)
	b = appendEscaped(b, value)
	return append(b, '"')
}

// appendEscaped escapes as Python's json.dumps(ensure_ascii=False) does, which
// leaves more as it is than encoding/json: <, >, & and the Unicode line
// separators.
func appendEscaped(b []byte, text string) []byte {
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' }) {
		return append(b, text...)
	}
	const short = "\b\f\n\r\t\"\\"
	for _, r := range text {
		switch i := strings.IndexRune(short, r); {
		case i >= 0:
			b = append(b, '\\', `bfnrt"\`[i])
		case r < ' ':
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}
