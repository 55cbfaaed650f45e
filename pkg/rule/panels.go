package rule

import "github.com/heartline-monitor/heartline/pkg/dashboard"

// Panels are the ids of the panels of dashboards, by the dashboards' uids.
type Panels map[string][]uint32

// shippedPanels are those of Heartline's own dashboards.
func shippedPanels() (Panels, error) {
	boards, err := dashboard.All()
	if err != nil {
		return nil, err
	}
	panels := Panels{}
	for _, b := range boards {
		for _, p := range b.Panels {
			if p.Panel != nil {
				panels[*b.Uid] = append(panels[*b.Uid], *p.Panel.Id)
			}
		}
	}
	return panels, nil
}
