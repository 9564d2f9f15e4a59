package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
)

// An opened hub runs commands and serves no requests. A serving hub may run on
// the same database at the same time.
type opened struct {
	*hub.Hub
	backend store.Backend
}

// open makes a hub of the settings. more, if set, changes its configuration.
func (b *base) open(ctx context.Context, c *console, more func(*hub.Config)) (*opened, error) {
	o, err := b.openAny(ctx, c, more)
	if err != nil {
		return nil, err
	}
	err = o.CheckSecretKey(ctx)
	if errors.Is(err, seal.ErrOpen) {
		err = mistake("FEDHUB_SECRET_KEY is not the key of this database; set the key that the hub used before")
	} else if err != nil {
		err = b.databaseError(err)
	}
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

// openAny is open without a check of the secret key.
func (b *base) openAny(ctx context.Context, c *console, more func(*hub.Config)) (*opened, error) {
	config, err := b.config(c)
	if err != nil {
		return nil, err
	}
	if config.SecretKey, err = b.secretKey(c.env); err != nil {
		return nil, err
	}
	config.Log, config.Hash = c.quiet(), c.hash
	if more != nil {
		more(&config)
	}
	if err := config.Check(); err != nil {
		return nil, mistake(err.Error())
	}
	backend, err := database.Open(ctx, b.Database)
	if err != nil {
		return nil, b.databaseError(err)
	}
	h, err := hub.New(ctx, config, backend)
	o := &opened{h, backend}
	if err != nil {
		return nil, errors.Join(b.databaseError(err), o.close())
	}
	return o, nil
}

// with opens the hub for one piece of work.
func (b *base) with(ctx context.Context, c *console, work func(*opened) error) error {
	o, err := b.open(ctx, c, nil)
	if err != nil {
		return err
	}
	err = work(o)
	o.SendRest(ctx)
	return errors.Join(err, o.close())
}

// withDamaged is with for a database that may be damaged: no record has to be
// readable, and nothing is upgraded.
func (b *base) withDamaged(ctx context.Context, c *console, work func(*opened) error) error {
	o, err := b.openAny(ctx, c, func(config *hub.Config) { config.AsItIs = true })
	if err != nil {
		return err
	}
	return errors.Join(work(o), o.close())
}

// closing is how long the database has to finish.
const closing = 5 * time.Second

func (o *opened) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	if err := o.backend.Close(ctx); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

// databaseError tells an operator how to mend an error of the database.
func (b *base) databaseError(err error) error {
	if database.IsMongoDB(b.Database) {
		return fmt.Errorf("FEDHUB_DATABASE: %s cannot be used: %w; check that it is running, that this machine can reach it, and that the address is right", database.Shown(b.Database), err)
	}
	return fmt.Errorf("FEDHUB_DATABASE: %w; use a file that this user can write, like %s", err, defaultDatabase)
}

// keyError tells how to mend an error of the key beside a database file.
func keyError(err error, file string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, database.ErrKeyLost):
		return mistakef("FEDHUB_SECRET_KEY is not set and the key file %s is missing; restore it from a backup, because nothing else decrypts %s", database.KeyPath(file), file)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("FEDHUB_DATABASE: the key file beside the database cannot be written: %w; use a database file in a folder that this user can write, like %s", err, defaultDatabase)
	}
	return fmt.Errorf("FEDHUB_DATABASE: the key file beside the database cannot be used: %w", err)
}
