//go:build unix

package act

import (
	"os/exec"
	"syscall"
)

// ownGroup starts the command in a process group of its own: Ctrl-C in the terminal is
// not for it, and its timeout is for its children, too.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
