package views

// The line of the balance over some days, as points of a drawing.

import (
	"fmt"
	"strings"
	"time"

	"comptoir/campay/money"
	"comptoir/store"
)

// ChartDays is how many days the chart of the balance shows.
const ChartDays = 14

// The size of the chart in its own units; it is as wide as its card.
const (
	chartWidth  = 600
	chartHeight = 120
	chartMargin = 4
)

// balanceSeries are snapshots of the last ChartDays, oldest first.
type balanceSeries []store.BalanceSnapshot

// bounds are the lowest and the highest total.
func (s balanceSeries) bounds() (low, high money.XAF) {
	low, high = s[0].Total, s[0].Total
	for _, b := range s {
		low, high = min(low, b.Total), max(high, b.Total)
	}
	return low, high
}

// path is the line: a balance holds until another is told.
func (s balanceSeries) path(now time.Time) string {
	low, high := s.bounds()
	from := now.AddDate(0, 0, -ChartDays)
	x := func(at time.Time) int64 {
		return max(0, min(chartWidth, int64(at.Sub(from))*chartWidth/int64(now.Sub(from))))
	}
	y := func(total money.XAF) int64 {
		share := float64(total-low) / float64(max(1, high-low))
		return chartHeight - chartMargin - int64(share*(chartHeight-2*chartMargin))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "M%d %d", x(s[0].At), y(s[0].Total))
	for _, point := range s[1:] {
		fmt.Fprintf(&b, "H%dV%d", x(point.At), y(point.Total))
	}
	fmt.Fprintf(&b, "H%d", chartWidth)
	return b.String()
}

// days are the last snapshots of each day.
func (s balanceSeries) days() []store.BalanceSnapshot {
	var last []store.BalanceSnapshot
	for i, b := range s {
		if i == len(s)-1 || !sameDay(b.At.In(money.Douala), s[i+1].At.In(money.Douala)) {
			last = append(last, b)
		}
	}
	return last
}
