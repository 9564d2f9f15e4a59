package mongodb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"github.com/fedhub/fedhub/hub/store"
)

// failed turns the driver's errors into the store's. Answers of the database
// come first: they are true even if the caller's time is up.
func failed(caller context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mongo.ErrNoDocuments):
		return fs.ErrNotExist
	case mongo.IsDuplicateKeyError(err):
		return fs.ErrExist
	case unreachable(err) && caller.Err() == nil:
		return fmt.Errorf("mongodb: %w: %w", store.ErrUnreachable, err)
	case caller.Err() != nil:
		// Its own reason, not that a socket was closed. Whether a write
		// happened is unknown.
		return caller.Err()
	case mongo.IsTimeout(err) && ends(caller):
		// The driver tells the server how long the caller waits, and the
		// server's "too late" arrived a moment before it was.
		return fmt.Errorf("mongodb: %w: %v", context.DeadlineExceeded, err)
	}
	return fmt.Errorf("mongodb: %w", err)
}

// unreachable reports that no primary was found, not that one did not answer.
func unreachable(err error) bool {
	var none topology.ServerSelectionError
	return errors.As(err, &none)
}

func ends(ctx context.Context) bool {
	_, ok := ctx.Deadline()
	return ok
}

// repeat runs an operation that may safely run more than once, until it
// succeeds, fails for a reason that will not pass, or ctx ends.
func repeat(ctx context.Context, run func() error) error {
	for {
		err := run()
		if err == nil || !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// States of a member that an election or a restart brings and takes.
var passingCodes = []int{
	6,     // HostUnreachable
	7,     // HostNotFound
	43,    // CursorNotFound
	89,    // NetworkTimeout
	91,    // ShutdownInProgress
	175,   // QueryPlanKilled
	189,   // PrimarySteppedDown
	276,   // IndexBuildAborted
	9001,  // SocketException
	10107, // NotWritablePrimary
	11600, // InterruptedAtShutdown
	11602, // InterruptedDueToReplStateChange
	13435, // NotPrimaryNoSecondaryOk
	13436, // NotPrimaryOrSecondary
}

func passing(err error) bool {
	if mongo.IsNetworkError(err) {
		return true
	}
	var server mongo.ServerError
	if !errors.As(err, &server) {
		return false
	}
	for _, code := range passingCodes {
		if server.HasErrorCode(code) {
			return true
		}
	}
	return false
}
