// The plugin binary that Grafana starts.
package main

import (
	"os"
	_ "time/tzdata" // Grafana's image has no zones of its own

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	_ "github.com/mattn/go-sqlite3" // linked in from the start: the test of the static binary holds with it

	"github.com/heartline-monitor/heartline/pkg/plugin"
)

func main() {
	if err := datasource.Manage(plugin.ID, plugin.NewDatasource, datasource.ManageOpts{}); err != nil {
		backend.Logger.Error("Plugin ended with an error", "error", err)
		os.Exit(1)
	}
}
