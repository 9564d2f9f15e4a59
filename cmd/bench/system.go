package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in /proc, the same on every Linux that Go
// runs on (USER_HZ).
const tick = 10 * time.Millisecond

// processorTime is the processor time of a process so far, in user and kernel mode.
func processorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("processor time is read from Linux's /proc: %w", err)
	}
	// The name of the program is in parentheses and may contain any character.
	_, rest, _ := bytes.Cut(text, []byte(") "))
	fields := strings.Fields(string(rest))
	const utime, stime = 14 - 3, 15 - 3 // by proc_pid_stat(5), which counts from 1
	if len(fields) <= stime {
		return 0, errors.New("/proc/PID/stat has an unknown format")
	}
	user, err1 := strconv.Atoi(fields[utime])
	kernel, err2 := strconv.Atoi(fields[stime])
	return time.Duration(user+kernel) * tick, errors.Join(err1, err2)
}

// resident is the resident memory of a process in bytes, including the mapped part
// of the program file.
func resident(pid int) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			return kib << 10, err
		}
	}
	return 0, errors.New("/proc/PID/status has no VmRSS")
}

// A clock is the processor time of the whole machine: total and idle.
type clock struct{ total, idle time.Duration }

func machineTime() (clock, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return clock{}, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	const idle, steal = 4, 8 // by proc_stat(5)
	if len(fields) <= steal {
		return clock{}, errors.New("/proc/stat has an unknown format")
	}
	var c clock
	for i, field := range fields[1 : steal+1] {
		ticks, err := strconv.Atoi(field)
		if err != nil {
			return clock{}, err
		}
		c.total += time.Duration(ticks) * tick
		if i+1 == idle || i+1 == idle+1 {
			c.idle += time.Duration(ticks) * tick
		}
	}
	return c, nil
}

// machine describes the machine of the measurements.
func machine() string {
	return fmt.Sprintf("%d × %s, %s/%s, %s", runtime.NumCPU(), processorModel(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

func processorModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(text)) {
		if name, model, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return "unknown processor"
}
