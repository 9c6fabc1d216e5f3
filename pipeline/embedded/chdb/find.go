package chdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// LibraryEnv names the environment variable with the path of a libchdb file to use
// instead of the installed one.
const LibraryEnv = "CLEARLANE_CHDB_LIBRARY"

// ErrNotInstalled: there is no engine library for this platform in the cache.
var ErrNotInstalled = errors.New("ClickHouse library is not installed")

// packages are the npm packages that hold the library, by platform.
var packages = map[string]string{
	"linux/amd64":  "lib-linux-x64-gnu",
	"linux/arm64":  "lib-linux-arm64-gnu",
	"darwin/amd64": "lib-darwin-x64",
	"darwin/arm64": "lib-darwin-arm64",
}

// Find is the path of the library file under cacheDir, where deploy/embedded/install.sh
// puts it, or that of the environment variable. Errors wrap ErrNotInstalled.
func Find(cacheDir string) (string, error) {
	if path := os.Getenv(LibraryEnv); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("%s: %w: %w", LibraryEnv, ErrNotInstalled, err)
		}
		return path, nil
	}
	platform := runtime.GOOS + "/" + runtime.GOARCH
	pkg, ok := packages[platform]
	if !ok {
		return "", fmt.Errorf("%w: there is none for %s", ErrNotInstalled, platform)
	}
	dir := filepath.Join(cacheDir, "node_modules", "@chdb", pkg)
	for _, name := range []string{"libchdb.so", "libchdb.dylib"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w in %s: run deploy/embedded/install.sh, or set %s", ErrNotInstalled, dir, LibraryEnv)
}
