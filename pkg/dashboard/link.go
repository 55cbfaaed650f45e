package dashboard

import (
	"strings"

	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// kept is what every link of a panel keeps: the time range and the data source.
const kept = "?${__url_time_range}&${datasource:queryparam}"

// toSelection leads to a dashboard with the same selection, and more of it where
// parameters are given.
func toSelection(title, uid string, parameters ...string) sdk.DashboardLink {
	parameters = append([]string{"${direction:queryparam}", "${monitor:queryparam}"}, parameters...)
	return dataLink(title, uid, parameters)
}

// toMonitor leads to a dashboard for the monitor of the row that was clicked.
func toMonitor(title, uid string, parameters ...string) sdk.DashboardLink {
	return dataLink(title, uid, append([]string{fromRow("direction"), fromRow("monitor")}, parameters...))
}

// toService leads to a dashboard for the service of the row that was clicked.
func toService(title, uid string) sdk.DashboardLink {
	return dataLink(title, uid, []string{fromRow("service")})
}

// toServiceOfSeries leads to a dashboard for the service of the line that was clicked.
func toServiceOfSeries(title, uid string) sdk.DashboardLink {
	return dataLink(title, uid, []string{"var-service=${__field.labels.service:percentencode}"})
}

// toReceiver leads to a dashboard for the receiver of the row that was clicked.
func toReceiver(title, uid string) sdk.DashboardLink {
	return toSelection(title, uid, fromRow("receiver"))
}

// fromRow sets a variable to what the clicked row has in the field of its name.
func fromRow(name string) string {
	return "var-" + name + "=${__data.fields." + name + ":percentencode}"
}

func dataLink(title, uid string, parameters []string) sdk.DashboardLink {
	url := "/d/" + uid + kept + "&" + strings.Join(parameters, "&")
	return sdk.DashboardLink{Title: title, Type: sdk.DashboardLinkTypeLink, Url: &url, Tags: []string{}}
}
