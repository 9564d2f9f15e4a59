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

// failed converts the driver's errors. The database's own answers come first:
// they are valid even after the caller's deadline.
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
		// Return the context's error, not that of a closed socket. The write
		// may or may not have happened.
		return caller.Err()
	case mongo.IsTimeout(err) && ends(caller):
		// The driver sends the deadline to the server, and the server's timeout
		// arrived just before ours.
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

// repeat runs an idempotent operation until it succeeds, fails permanently, or
// ctx ends.
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

// Temporary states of a member during an election or restart.
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
