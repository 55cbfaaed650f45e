// Package envfile keeps secrets in a file of environment variables, the .env that
// docker compose reads, too.
package envfile

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/compose-spec/compose-go/v2/dotenv"
)

// Read returns the variables of a file; one that does not exist has none.
func Read(file string) (map[string]string, error) {
	known, err := dotenv.Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return known, nil
}

// Ensure sets secrets in the environment of the process: those that are there stay,
// then come those of the file, and what is in neither is made up and written to the
// file, which nobody else may read. It returns the names of what it made up.
func Ensure(file string, names ...string) (made []string, err error) {
	known, err := Read(file)
	if err != nil {
		return nil, err
	}
	var fresh bytes.Buffer
	for _, name := range names {
		if os.Getenv(name) != "" {
			continue
		}
		secret := known[name]
		if secret == "" {
			secret = rand.Text()
			fmt.Fprintf(&fresh, "%s=%s\n", name, secret)
			made = append(made, name)
		}
		if err := os.Setenv(name, secret); err != nil {
			return nil, err
		}
	}
	if fresh.Len() == 0 {
		return nil, nil
	}
	return made, add(file, fresh.Bytes())
}

// add writes lines to the end of a file, whose last line may lack its end.
func add(file string, lines []byte) error {
	content, err := os.ReadFile(file) //nolint:gosec // the file that the caller names
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(content) > 0 && content[len(content)-1] != '\n' {
		lines = append([]byte{'\n'}, lines...)
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the same
	if err != nil {
		return err
	}
	// Who wrote the file before had perhaps no secret in it.
	if err = f.Chmod(0o600); err == nil {
		_, err = f.Write(lines)
	}
	return errors.Join(err, f.Close())
}
