package mongodtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// A ReplicaSet is a running replica set of one test.
type ReplicaSet struct{ members []*member }

const setName = "fedhub"

// startPatience is the timeout for starting servers and electing a primary. An
// idle machine needs a tenth of a second for one server, two seconds for three.
const startPatience = 60 * time.Second

// Start starts a replica set for this test. With three members or more, one may
// be killed, and the others elect a new primary in two or three seconds.
func Start(t testing.TB, members int) *ReplicaSet {
	t.Helper()
	needProgram(t)
	set, err := start(members)
	if err != nil {
		t.Fatal(err) // a mongod is installed but does not start: fail, do not skip
	}
	t.Cleanup(set.stop)
	return set
}

// start retries a failed start: another process may have taken a port between its
// choice and its use.
func start(members int) (*ReplicaSet, error) {
	set, err := startOnce(members)
	if err != nil {
		set, err = startOnce(members)
	}
	return set, err
}

func startOnce(members int) (*ReplicaSet, error) {
	program, err := program()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	set := &ReplicaSet{}
	for range members {
		m, err := newMember(program)
		if err != nil {
			set.stop()
			return nil, err
		}
		set.members = append(set.members, m)
	}
	if err := set.initiate(ctx); err != nil {
		set.stop()
		return nil, err
	}
	return set, nil
}

func newMember(program string) (*member, error) {
	folder, err := os.MkdirTemp("", "fedhub-mongod-")
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(filepath.Join(folder, "data"), 0o700); err != nil {
		return nil, err
	}
	m := &member{program: program, folder: folder}
	if err := m.start(); err != nil {
		m.remove()
		return nil, err
	}
	return m, nil
}

func (s *ReplicaSet) initiate(ctx context.Context) error {
	var members bson.A
	for i, m := range s.members {
		// All members must listen before the set is initiated.
		if err := m.admin(ctx, bson.D{{Key: "ping", Value: 1}}, nil); err != nil {
			return fmt.Errorf("start member %d: %w", i, err)
		}
		members = append(members, bson.D{{Key: "_id", Value: i}, {Key: "host", Value: m.address()}})
	}
	err := s.members[0].admin(ctx, bson.D{{Key: "replSetInitiate", Value: bson.D{
		{Key: "_id", Value: setName},
		{Key: "members", Value: members},
		// Shorter than in production, to keep tests fast.
		{Key: "settings", Value: bson.D{{Key: "electionTimeoutMillis", Value: 2000}, {Key: "heartbeatIntervalMillis", Value: 500}}},
	}}}, nil)
	if err != nil {
		return fmt.Errorf("initiate the replica set: %w", err)
	}
	_, err = s.awaitPrimary(ctx)
	return err
}

// URI returns the connection string without a database.
func (s *ReplicaSet) URI() string {
	var hosts []string
	for _, m := range s.members {
		hosts = append(hosts, m.address())
	}
	return "mongodb://" + strings.Join(hosts, ",") + "/?replicaSet=" + setName
}

// Primary returns the index of the primary, from 0.
func (s *ReplicaSet) Primary(t testing.TB) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	i, err := s.awaitPrimary(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// Kill ends a member as kill -9 does.
func (s *ReplicaSet) Kill(member int) { s.members[member].kill() }

// KillPrimary kills the primary and returns its index. With fewer than three
// members there is no new one until it restarts.
func (s *ReplicaSet) KillPrimary(t testing.TB) int {
	t.Helper()
	i := s.Primary(t)
	s.Kill(i)
	return i
}

// Restart starts a killed member again with its files.
func (s *ReplicaSet) Restart(t testing.TB, member int) {
	t.Helper()
	if err := s.members[member].start(); err != nil {
		t.Fatal(err)
	}
}

// awaitPrimary returns the index of the primary.
func (s *ReplicaSet) awaitPrimary(ctx context.Context) (int, error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		for i, m := range s.members {
			if m.isPrimary(ctx) {
				return i, nil
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0, errors.New("the replica set elected no primary:\n" + s.members[0].lastWords())
		}
	}
}

func (s *ReplicaSet) stop() {
	for _, m := range s.members {
		m.remove()
	}
}

func (m *member) isPrimary(ctx context.Context) bool {
	if !m.running() {
		return false
	}
	var hello struct {
		Primary bool `bson:"isWritablePrimary"`
	}
	err := m.admin(ctx, bson.D{{Key: "hello", Value: 1}}, &hello)
	return err == nil && hello.Primary
}

// admin runs a command on this member, and waits until it is up.
func (m *member) admin(ctx context.Context, command bson.D, into any) error {
	client, err := m.dial()
	if err != nil {
		return err
	}
	defer client.Disconnect(ctx)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		result := client.Database("admin").RunCommand(ctx, command)
		err := result.Err()
		switch {
		case err == nil && into != nil:
			return result.Decode(into)
		case err == nil:
			return nil
		case !m.running():
			return errors.New("mongod does not stay up:\n" + m.lastWords())
		case !mongo.IsNetworkError(err) && !mongo.IsTimeout(err):
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w:\n%s", err, m.lastWords())
		}
	}
}

func (m *member) dial() (*mongo.Client, error) {
	return mongo.Connect(options.Client().
		SetHosts([]string{m.address()}).
		SetDirect(true).
		SetServerSelectionTimeout(50 * time.Millisecond).
		SetHeartbeatInterval(500 * time.Millisecond))
}
