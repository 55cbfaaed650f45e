package pluginhost

import "syscall"

// parentDeath makes the kernel end the plugin when this process dies without
// having ended it itself. It is tied to the thread that starts the process;
// those of the Go runtime live as long as the program.
func parentDeath() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
