package sqlite_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/testkit/storetest"
)

// The test program is also the other process: with a role in its environment
// it plays that, on a database file, and runs no tests.
const (
	roleEnv  = "FEDHUB_TEST_SQLITE_ROLE"
	fileEnv  = "FEDHUB_TEST_SQLITE_FILE"
	roundEnv = "FEDHUB_TEST_SQLITE_ROUND"
)

func TestMain(m *testing.M) {
	role := os.Getenv(roleEnv)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := play(role); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(role string) error {
	d, err := sqlite.Open(os.Getenv(fileEnv))
	if err != nil {
		return err
	}
	switch role {
	case "write until killed":
		round := 0
		fmt.Sscan(os.Getenv(roundEnv), &round)
		return storetest.Write(context.Background(), d, os.Stdout, round)
	case "raise the counter":
		if err := d.Prepare(context.Background(), counters); err != nil {
			return err
		}
		if err := raise(d); err != nil {
			return err
		}
		return d.Close(context.Background())
	}
	return fmt.Errorf("no role %q", role)
}

// other starts this program in a role.
func other(t *testing.T, role, file string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), append(env, roleEnv+"="+role, fileEnv+"="+file)...)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestNothingAcknowledgedIsLostWhenTheProcessIsKilled(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hub.db")
	var child *exec.Cmd
	storetest.Kill(t, storetest.Victim{
		Start: func(t *testing.T, round int) io.Reader {
			child = other(t, "write until killed", file, fmt.Sprint(roundEnv, "=", round))
			said, err := child.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			process := child.Process
			t.Cleanup(func() { _ = process.Kill() })
			return said
		},
		Kill: func(t *testing.T) {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		},
		Open: func(t *testing.T) store.Backend {
			_ = child.Wait() // the error of the killed process
			return open(t, file)
		},
	})
}

var counters = []store.CollectionSpec{{Name: "counters"}}

type counter struct {
	ID string `bson:"id"`
	N  int    `bson:"n"`
}

func (c counter) Key() string { return c.ID }

const raises = 150

func raise(d *sqlite.DB) error {
	set := store.NewCollection[counter](d, "counters", time.Now)
	for range raises {
		err := set.Update(context.Background(), "c", func(c *counter) error { c.N++; return nil })
		if err != nil {
			return err
		}
	}
	return nil
}

func TestSeveralProcessesShareOneFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hub.db")
	d := open(t, file)
	if err := d.Prepare(t.Context(), counters); err != nil {
		t.Fatal(err)
	}
	set := store.NewCollection[counter](d, "counters", time.Now)
	if err := set.Insert(t.Context(), counter{ID: "c"}); err != nil {
		t.Fatal(err)
	}
	const others = 3
	done := make(chan error, others)
	for range others {
		cmd := other(t, "raise the counter", file)
		go func() { done <- cmd.Run() }()
	}

	if err := raise(d); err != nil {
		t.Error(err)
	}
	for range others {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}

	got, err := set.Get(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	if want := raises * (others + 1); got.N != want {
		t.Errorf("count: got %d, want %d", got.N, want)
	}
}
