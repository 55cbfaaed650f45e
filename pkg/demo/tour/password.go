package tour

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/compose-spec/compose-go/v2/dotenv"
)

// passwordVariable is where Grafana and docker-compose.yaml look for the
// password of admin.
const passwordVariable = "GF_SECURITY_ADMIN_PASSWORD" //nolint:gosec // A name, not a password.

// ensurePassword sets the password in the environment: the one that is there,
// or that the file holds, or a new one, which the file then holds.
func ensurePassword(file string) error {
	if os.Getenv(passwordVariable) != "" {
		return nil
	}
	known, err := dotenv.Read(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read %s: %w", file, err)
	}
	password := known[passwordVariable]
	if password == "" {
		password = rand.Text()
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(f, "%s=%s\n", passwordVariable, password)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return os.Setenv(passwordVariable, password)
}
