package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
)

// sourceFlags say which data source a command asks.
type sourceFlags struct{ file, name string }

func (s *sourceFlags) add(f *pflag.FlagSet) {
	f.StringVar(&s.file, "datasource", "", "Grafana data source provisioning `FILE`")
	f.StringVar(&s.name, "name", "", "`NAME` of the data source, where the file has several")
}

// check fails when no file was named.
func (s *sourceFlags) check() error {
	if s.file == "" {
		return usageError{errors.New("--datasource is missing: name a Grafana data source provisioning file")}
	}
	return nil
}

// read reads the data source, and says on stderr what is worth knowing of its file.
func (s *sourceFlags) read(stderr io.Writer) (*provisioning.DataSource, error) {
	source, err := provisioning.ReadDataSource(s.file, s.name)
	if err != nil {
		return nil, err
	}
	for _, note := range source.Notes {
		_, _ = fmt.Fprintln(stderr, "note:", note)
	}
	return source, nil
}
