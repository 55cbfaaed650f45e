package act

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"
)

// outputKept is how much of the end of a command's output the audit log has.
const outputKept = 2 << 10

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - outputKept; over > 0 {
		t.kept = bytes.Clone(t.kept[over:])
	}
	return len(p), nil
}

// run runs the action's command for an alert, until it ends or its time is over. An end
// of the context does not stop it: half a restart is worse than a late end.
func (a *Action) run(ctx context.Context, alert Alert) Entry {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, a.Command[0], a.Command[1:]...) //nolint:gosec // from the operator's file; nothing of an alert is in it
	cmd.Env = append(withoutOurs(os.Environ()), alert.environment()...)
	cmd.WaitDelay = time.Second
	ownGroup(cmd)
	var output tail
	cmd.Stdout, cmd.Stderr = &output, &output
	begin := time.Now()
	err := cmd.Run()
	e := Entry{Outcome: OutcomeRan, Seconds: time.Since(begin).Seconds(), Output: strings.ToValidUTF8(string(output.kept), "�")}
	if cmd.ProcessState != nil {
		code := cmd.ProcessState.ExitCode()
		e.ExitCode = &code
	}
	if err != nil {
		e.Outcome, e.Error = OutcomeFailed, err.Error()
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			e.Error = "it was stopped after its timeout of " + a.Timeout.String()
		}
	}
	return e
}

// withoutOurs leaves Heartline's own variables out: the token is among them, and a
// command must not take one of them for a label.
func withoutOurs(environment []string) []string {
	var out []string
	for _, variable := range environment {
		if !strings.HasPrefix(variable, "HEARTLINE_") {
			out = append(out, variable)
		}
	}
	return out
}
