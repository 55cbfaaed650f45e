package plugin

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

const someServices = `{
	"metrics": {"url": " http://prometheus:9090 ", "user": "reader"},
	"services": [
		{"name": "orders", "kind": "go", "selector": "job=\"orders\""},
		{"name": "one-api", "kind": "app", "url": "https://one-api:3000/base"},
		{"name": "phone detect 电话", "kind": "requestlog", "path": "/srv/phone/performance.db", "timezone": "Asia/Shanghai"},
		{"name": "vectors", "kind": "milvus", "selector": " job=~\"milvus.*\" "}
	], "timeout": 7
}`

func TestServicesAreRead(t *testing.T) {
	s, err := parseSettings([]byte(someServices), map[string]string{"metricsPassword": "secret", "services.one-api.token": "token", "services.gone.token": "left over"})
	require.NoError(t, err)
	require.Equal(t, &metricsSettings{url: "http://prometheus:9090", credentials: credentials{user: "reader", password: "secret"}}, s.metrics)
	require.Equal(t, signal.Service{Name: "orders", Kind: signal.Go}, s.services[0].Service)
	require.Equal(t, `job="orders"`, s.services[0].selector)
	require.Equal(t, "https://one-api:3000/base", s.services[1].url)
	require.Equal(t, credentials{token: "token"}, s.services[1].credentials)
	require.Equal(t, "Asia/Shanghai", s.services[2].zone.String())
	require.Equal(t, "/srv/phone/performance.db", s.services[2].path)
	require.Equal(t, signal.Service{Name: "vectors", Kind: signal.Milvus}, s.services[3].Service)
	require.Equal(t, `job=~"milvus.*"`, s.services[3].selector)
	require.Equal(t, 7*time.Second, s.timeout)
}

func TestNoServicesAreNotWrong(t *testing.T) {
	for _, raw := range []string{`{}`, `{"services": null, "metrics": null}`, `{"services": [], "metrics": {}}`, `{"metrics": {"url": ""}}`} {
		s, err := parseSettings([]byte(raw), map[string]string{"metricsToken": "left over"})
		require.NoError(t, err, raw)
		require.Empty(t, s.services)
		require.Nil(t, s.metrics)
	}
}

func TestWrongServicesAreNamedWithTheirRemedy(t *testing.T) {
	const good = `"name": "a", "kind": "app", "url": "http://a:3000"`
	tests := []struct{ name, services, want string }{
		{"no list", `{}`, "setting services: cannot unmarshal object"},
		{"misspelt", `[{"name": "a", "kind": "app", "uri": "http://a"}]`, `setting services[0]: unknown field "uri"`},
		{"no name", `[{"kind": "app", "url": "http://a"}]`, "services[0] has no name"},
		{"spaces around the name", `[{"name": "a ", "kind": "app", "url": "http://a"}]`, `has the name "a ": remove the spaces`},
		{"long name", `[{"name": "` + strings.Repeat("名", 101) + `", "kind": "app"}]`, "a name of 101 characters: use at most 100"},
		{"a comma in the name", `[{"name": "a,b", "kind": "app"}]`, `has the name "a,b": use none of the characters ,{}$`},
		{"a line break in the name", `[{"name": "a\nb", "kind": "app"}]`, `has the name "a\nb": remove the line breaks`},
		{"a variable as the name", `[{"name": "${a}", "kind": "app"}]`, "use none of the characters"},
		{"name twice", `[{` + good + `}, {` + good + `}]`, `names "a" twice`},
		{"no kind", `[{"name": "a"}]`, `kind of service "a" is "": use one of ["requestlog" "app" "go" "milvus"]`},
		{"unknown kind", `[{"name": "a", "kind": "faiss"}]`, `kind of service "a" is "faiss"`},
		{"milvus without selector", `[{"name": "a", "kind": "milvus"}]`, `setting selector of service "a" is missing: services of kind "milvus" need it, such as job=~"milvus.*"`},
		{"wrong selector of a milvus", `[{"name": "a", "kind": "milvus", "selector": "milvus"}]`, `service "a": setting services[].selector "milvus" is no list of label matchers`},
		{"url of a milvus", `[{"name": "a", "kind": "milvus", "selector": "job=\"a\"", "url": "http://milvus:9091"}]`, `setting url of service "a" belongs to kind "app", not to "milvus"`},
		{"selector for an app", `[{"name": "a", "kind": "app", "url": "http://a", "selector": "job=\"a\""}]`, `setting selector of service "a" belongs to kind "go" or kind "milvus", not to "app"`},
		{"app without url", `[{"name": "a", "kind": "app"}]`, `setting url of service "a" is missing`},
		{"log without path", `[{"name": "a", "kind": "requestlog"}]`, `setting path of service "a" is missing`},
		{"go without selector", `[{"name": "a", "kind": "go"}]`, `setting selector of service "a" is missing`},
		{"wrong selector", `[{"name": "a", "kind": "go", "selector": "job=orders"}]`, `service "a": setting services[].selector "job=orders" is no list of label matchers`},
		{"path for an app", `[{"name": "a", "kind": "app", "url": "http://a", "path": "/srv/a.db"}]`, `setting path of service "a" belongs to kind "requestlog", not to "app"`},
		{"user for a log", `[{"name": "a", "kind": "requestlog", "path": "/srv/a.db", "user": "u"}]`, `setting user of service "a" belongs to kind "app"`},
		{"wrong zone", `[{"name": "a", "kind": "requestlog", "path": "/srv/a.db", "timezone": "Mars"}]`, `timezone of service "a" "Mars" is no time zone`},
		{"no address", `[{"name": "a", "kind": "app", "url": "a:3000"}]`, `url of service "a" is no address: write it as http://host:port`},
		{"no host", `[{"name": "a", "kind": "app", "url": "http://:3000"}]`, `url of service "a" is no address`},
		{"query in the address", `[{"name": "a", "kind": "app", "url": "http://a/?x=1"}]`, "has a ? or a # in it"},
		{"user without password", `[{` + good + `, "user": "u"}]`, `user of service "a" has no password: set the secret services.a.password`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseSettings([]byte(`{"metrics": {"url": "http://p:9090"}, "services": `+tt.services+`}`), nil)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestWrongMetricsAreNamedWithTheirRemedy(t *testing.T) {
	tests := []struct {
		name, metrics string
		secrets       map[string]string
		want          string
	}{
		{"misspelt", `{"uri": "http://p"}`, nil, `setting metrics: unknown field "uri"`},
		{"no address", `{"url": "prometheus"}`, nil, "setting metrics.url is no address"},
		{"user without an address", `{"user": "u"}`, nil, "metrics.user has no metrics.url"},
		{"user without password", `{"url": "http://p", "user": "u"}`, nil, "metrics.user has no password: set the secret metricsPassword"},
		{"password without user", `{"url": "http://p"}`, map[string]string{"metricsPassword": "s3cret"}, "secret metricsPassword has no user: set metrics.user"},
		{"token and user", `{"url": "http://p", "user": "u"}`, map[string]string{"metricsPassword": "s3cret", "metricsToken": "s3cret"}, "secret metricsToken is set beside a user or a password"},
		{"line break behind the token", `{"url": "http://p"}`, map[string]string{"metricsToken": "s3cret\n"}, "metricsToken has a line break"},
		{"header in the token", `{"url": "http://p"}`, map[string]string{"metricsToken": "s3cret\r\nX-Admin: 1"}, "metricsToken has a line break"},
		{"line break behind the password", `{"url": "http://p", "user": "u"}`, map[string]string{"metricsPassword": "s3cret\n"}, "metricsPassword has a line break"},
		{"colon in the user", `{"url": "http://p", "user": "u:v"}`, map[string]string{"metricsPassword": "s3cret"}, "setting metrics.user holds a colon"},
		{"password in the address", `{"url": "http://u:s3cret@p"}`, nil, "setting metrics.url has a user in it"},
		{"password in what is no address", `{"url": "http://u:s3cret@%zz"}`, nil, "setting metrics.url is no address"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseSettings([]byte(`{"metrics": `+tt.metrics+`}`), tt.secrets)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "s3cret")
		})
	}
}

func TestEveryWrongServiceIsNamedAtOnce(t *testing.T) {
	_, err := parseSettings([]byte(`{"timeout": 1000, "events": {"kind": "tape", "path": "/srv"}, "services": [
		{"name": "a", "kind": "app", "selector": "x=\"y\"", "timezone": "UTC"}, {"kind": "go"}, {"name": "b", "kind": "go", "selector": "job=\"b\""}
	]}`), nil)
	for _, want := range []string{
		"events.kind", `setting selector of service "a"`, `setting timezone of service "a"`, `url of service "a" is missing`, "services[1] has no name",
		"setting timeout is 1000: use 1 to 300 seconds, or leave it empty for 5 seconds for apps and 30 for Prometheus",
	} {
		require.ErrorContains(t, err, want)
	}
}

func TestTooManyServicesAreAnError(t *testing.T) {
	var list []json.RawMessage
	for i := range maxServices + 1 {
		list = append(list, fmt.Appendf(nil, `{"name": "s%d", "kind": "app", "url": "http://s"}`, i))
	}
	raw, err := json.Marshal(map[string]any{"services": list})
	require.NoError(t, err)
	_, err = parseSettings(raw, nil)
	require.ErrorContains(t, err, "setting services has 201 services: use at most 200")
}
