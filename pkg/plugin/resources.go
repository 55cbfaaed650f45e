package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/resource/httpadapter"
)

// choice is one value that an editor offers.
type choice struct {
	Text  string `json:"text"`
	Value string `json:"value"`
}

// choicesFunc finds the values for a resource call.
type choicesFunc = listFunc[choice]

// listFunc finds what a resource call answers with.
type listFunc[T any] func(ctx context.Context, params url.Values) ([]T, error)

// resources makes the handler of the paths that editors and variables read:
// each answers GET with a list.
func (d *Datasource) resources() backend.CallResourceHandler {
	mux := http.NewServeMux()
	for path, find := range map[string]choicesFunc{
		"/directions":  d.directionChoices,
		"/monitors":    d.monitorChoices,
		"/hosts":       d.hostChoices,
		"/receivers":   d.receiverChoices,
		"/levels":      d.levelChoices,
		"/statuses":    statusChoices,
		"/sendResults": sendResultChoices,
		"/keys":        keyChoices,
		"/values":      d.valueChoices,
		"/services":    d.serviceChoices,
		"/labelValues": d.labelValueChoices,
	} {
		mux.HandleFunc(path, serve(d, find))
	}
	mux.HandleFunc("/signals", serve(d, d.signalOffers))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusNotFound, fmt.Errorf("there is no resource %s", r.URL.Path))
	})
	return httpadapter.New(mux)
}

func serve[T any](d *Datasource, find listFunc[T]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.Header().Set("Allow", http.MethodGet)
			refuse(w, r, http.StatusMethodNotAllowed, fmt.Errorf("%s takes GET only", r.URL.Path))
			return
		}
		var list []T
		err := d.broken
		if err == nil {
			list, err = find(r.Context(), r.URL.Query())
		}
		if err != nil {
			status, _, err := classify(err)
			refuse(w, r, int(status), err)
			return
		}
		reply(w, r, http.StatusOK, orEmpty(list))
	}
}

// refuse answers with an error as Grafana's own API does.
func refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	reply(w, r, status, map[string]string{"error": http.StatusText(status), "message": err.Error()})
}

func reply(w http.ResponseWriter, r *http.Request, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		backend.Logger.FromContext(r.Context()).Warn("Resource answer could not be written", "path", r.URL.Path, "error", err)
	}
}
