//go:build !linux

package pluginhost

import "syscall"

// parentDeath has no equivalent on this system.
func parentDeath() *syscall.SysProcAttr { return nil }
