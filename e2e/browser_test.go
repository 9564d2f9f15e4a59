package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromium is the one browser process of a run; every story gets windows of
// its own in it, which share nothing with those of other stories.
var chromium = sync.OnceValues(startChromium)

// closeChromium is set once there is something to close.
var closeChromium = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	closeChromium()
	os.Exit(code)
}

// browser returns the running browser, or ends the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	ctx, err := chromium()
	if err == nil {
		return ctx
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("the browser stories must not be left out here: %v", err)
	}
	t.Skipf("NO BROWSER STORIES: %v", err)
	return nil
}

func startChromium() (context.Context, error) {
	path, err := chromiumPath()
	if err != nil {
		return nil, err
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
		chromedp.DisableGPU,
		chromedp.Flag("headless", "new"),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("lang", "en-US"),
		// Nothing but the stories may touch the network.
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-default-apps", true),
		chromedp.Flag("disable-extensions", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter,PasswordLeakDetection"),
		chromedp.Flag("metrics-recording-only", true),
		chromedp.Flag("no-pings", true),
		chromedp.Flag("password-store", "basic"),
		// Windows in the background must not fall asleep: stories run at once.
		chromedp.Flag("disable-background-timer-throttling", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("disable-dev-shm-usage", true),
	}
	if os.Geteuid() == 0 {
		// Chromium refuses to run its sandbox as root, as in most containers.
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		stop()
		return nil, fmt.Errorf("%s does not start: %w", path, err)
	}
	closeChromium = func() { cancel(); stop() }
	return ctx, nil
}

var errNoChromium = errors.New(`there is no Chromium; install it with "apt-get install chromium"`)

// chromiumPath finds the browser, and installs it if the package manager can.
func chromiumPath() (string, error) {
	if path, ok := lookForChromium(); ok {
		return path, nil
	}
	if _, err := os.Stat("/etc/debian_version"); err != nil || os.Geteuid() != 0 {
		return "", errNoChromium
	}
	fmt.Fprintln(os.Stderr, "e2e: THERE IS NO CHROMIUM HERE. Installing it now: apt-get install chromium")
	for _, arguments := range [][]string{{"update"}, {"install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"}} {
		apt := exec.Command("apt-get", append([]string{"-o", "DPkg::Lock::Timeout=120"}, arguments...)...)
		apt.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if output, err := apt.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%w (apt-get %s: %w: %.500s)", errNoChromium, arguments[0], err, output)
		}
	}
	if path, ok := lookForChromium(); ok {
		return path, nil
	}
	return "", errNoChromium
}

func lookForChromium() (string, bool) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}
