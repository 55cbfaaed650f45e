package demo

import (
	"fmt"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// When the scenes of the week take place, counted back from its end.
const (
	interrupted = 53 * time.Hour
	overdue     = 90 * time.Minute
	stormStart  = 26 * time.Hour
	stormEnd    = 24 * time.Hour
	surgeStart  = 50 * time.Minute
	surgeEnd    = -20 * time.Minute // it goes on when the week is continued
)

// The monitors that the scenes are about.
const (
	downMonitor  = "host/check_server_connectivity"
	lateMonitor  = "license/check_used_license_num"
	newMonitor   = "network/check_vpn_tunnels"
	stormMonitor = "storage/check_nfs_latency"
	surgeMonitor = "security/check_login_failures"
)

// cast lists the scripts of the demo week that ends at end.
func cast(end time.Time, loc *time.Location) []script {
	scripts := append(routine(), newcomer(), storm(end), surge(end), late(end, loc), down(end))
	for i := range scripts {
		if len(scripts[i].chatter) == 0 {
			scripts[i].chatter = plain
		}
	}
	return scripts
}

// plain is what any script says now and then.
var plain = []string{
	"Info: check finished in {1..40}.{0..9} s, {20..400} objects checked",
	"Info: 检查完成，共 {20..400} 项，全部正常",
	`Info: no "Error" found in today's run`,
	"Debug: read {10..900} lines from /ic/monitor/conf/hosts.list",
	"Debug: retry {1..3} of 3 after ECONNRESET",
	"Warning: run took {41..180} s, longer than usual",
}

// routine lists the scripts that nothing special happens to.
func routine() []script {
	return []script{
		saying(describe("LSF/check_lsf_node_status", "every 10 minutes", "3-59/10 * * * *", "max 3 times", "lsf.admin lsf.lead"), 0.012,
			[]string{"节点 hpc{001..240} 状态 unavail，已持续 {5..600} 分钟", "node hpc{001..240} is closed_Adm: {disk|memory|network} check failed ({100..999})"},
			"Info: {230..240} of 240 nodes ok", "Warning: 节点 hpc{001..240} 负载过高: r15m={40..96}.{0..9}",
			"Error: node hpc{001..240} unreachable: ssh: connect to host port 22: No route to host"),
		saying(describe("LSF/check_job_mem_usage", "every 30 mins", "8,38 * * * *", "max 3 times", "lsf.admin"), 0.05,
			[]string{"job {100000..999999} of {wang.lei|zhao.min|p.kumar} uses {98..180}% of its reserved memory"},
			"Info: {300..2400} running jobs checked", "Debug: queue normal pending={0..1900}",
			"Warning: 作业 {100000..999999} 内存使用 {85..97}%，接近申请值"),
		saying(describe("LSF/check_pending_jobs", "每10分钟", "6-59/10 * * * *", "everytime", "lsf.admin wang.lei"), 0.008,
			[]string{"队列 {regress|normal|priority} 排队作业 {800..4000} 个，超过阈值 800"},
			"Info: 队列 {regress|normal|priority} 排队 {0..700} 个作业", "Error: bjobs failed: Failed in an LSF library call: LIM is down; try later"),
		saying(describe("host/check_disk_usage", "*/15 * * * *", "*/15 * * * *", "max 10 times", "host.admin"), 0.02,
			[]string{"{ic-web01|ic-db02|ic-build07}: 磁盘 /{data|home|scratch} 使用率 {95..99}%，剩余 {1..40} GB，请尽快清理"},
			"Info: 磁盘使用率 {30..89}%，正常", "Warning: /scratch on ic-build{01..12} is {90..94}% full",
			"Error: df: /mnt/proj{1..9}: Stale file handle"),
		saying(describe("host/check_ntp_offset", "hourly", "17 * * * *", "max 3 times", "host.admin"), 0.02,
			[]string{"clock of ic-build{01..12} is {2..90} s ahead of ntp1 ({100..999} ms jitter)"},
			"Info: largest offset {1..40} ms"),
		saying(describe("storage/user_quota_alert_send", "every 30 minutes", "12,42 * * * *", "everytime", "storage.admin"), 0.06,
			[]string{"用户 {wang.lei|zhao.min|chen.jie} 配额已用 {95..100}%（{380..400} GB / 400 GB）", "quota of project {apollo|falcon|kylin} is {95..100}% used"},
			"Info: {300..420} quotas read from nas{01..08}", "Warning: quota of {wang.lei|zhao.min|chen.jie} at {85..94}%"),
		saying(describe("storage/check_backup", "once a day", "30 5 * * *", "everytime", "storage.admin storage.oncall"), 0.2,
			[]string{"备份未完成: nas{01..08} 快照失败，返回码 {1..255}"},
			"Info: {18..24} of 24 volumes backed up, {400..900} GB", "Error: snapshot of nas{01..08}:/vol{1..9} failed: {timeout|no space left on device}"),
		saying(describe("storage/check_restore", "after the nightly backup", "40 7 * * *", "everytime", "storage.admin"), 0.1,
			[]string{"restored file differs from the original: /restore/{1000..9999}.tar"},
			"Info: {3..9} files restored and compared", `Warning: C:\backup\vol{1..9}: 文件名含制表符 "a	b"`),
		saying(describe("license/check_server_status", "every 10 minutes", "1-59/10 * * * *", "max 1 times", "lic.admin lic.oncall"), 0.006,
			[]string{"license server lic{1..4}:{5280..5299} does not answer (error -{1..97})"},
			"Info: license servers lic1 to lic4 answer in {1..90} ms", "Error: lmstat: Cannot connect to license server system. (-15,570:115 \"Operation now in progress\")"),
		saying(describe("security/check_home_permission", "每小时一次", "50 * * * *", "everytime", "sec.admin"), 0.04,
			[]string{"/home/{wang.lei|zhao.min|p.kumar} 权限为 777，已通知用户（第 {1..9} 次）"},
			"Info: {380..420} 个用户目录已检查", "Warning: /home/tmp{100..999} belongs to no user"),
		saying(describe("network/check_cert_expiry", "每天一次", "10 6 * * *", "max 1 times", "net.admin"), 0.3,
			[]string{"证书 {git|jira|wiki}.ic.example 将在 {1..14} 天后过期"},
			"Info: {38..42} certificates checked", "Warning: certificate of {git|jira|wiki}.ic.example expires in {15..30} days"),
		saying(describe("机房/温湿度检查", "@every 20m", "*/20 * * * *", "everytime", "li.ming facility.oncall"), 0.008,
			[]string{"{A|B|C} 区机柜 {01..24} 温度 {32..38}.{0..9}℃，超过 32℃", "湿度 {70..85}% 超出范围（{A|B|C} 区）"},
			"Info: 温度 {20..27}.{0..9}℃，湿度 {40..60}%", "Warning: 传感器 {A|B|C}-{01..24} 无响应"),
	}
}

func saying(s script, rate float64, alarms []string, chatter ...string) script {
	s.rate, s.alarms, s.chatter = rate, alarms, append(chatter, plain...)
	return s
}

// newcomer is installed, and has never run.
func newcomer() script {
	return describe(newMonitor, "every 10 minutes", "", "max 3 times", "net.admin")
}

// down was interrupted days ago.
func down(end time.Time) script {
	s := saying(describe(downMonitor, "every 10 minutes", "*/10 * * * *", "max 3 times", "host.admin"), 0.01,
		[]string{"{ic-web01|ic-db02|ic-build07} does not answer ping ({3..99} packets lost)"},
		"Info: ping 10.232.158.{1..250}: {1..90} ms", "Warning: 端口 eth{0..3} 丢包 {1..9}%")
	s.until = end.Add(-interrupted)
	return s
}

// late missed its last run; soon it will be down.
func late(end time.Time, loc *time.Location) script {
	last := end.Add(-overdue)
	s := saying(describe(lateMonitor, "every hour", fmt.Sprintf("%d * * * *", last.In(loc).Minute()), "everytime", "lic.admin"), 0.05,
		[]string{"{calibre|spectre|vcs} 许可证已用 {95..100}%（{240..256}/256）"},
		"Info: license checkout ok, {1..239}/256 in use")
	s.until = last.Add(time.Minute)
	return s
}

// storm raises an alarm for every slow file server again and again, and the
// mail server does not take all of them.
func storm(end time.Time) script {
	s := saying(describe(stormMonitor, "every 5 minutes", "*/5 * * * *", "everytime", "storage.admin storage.oncall wang.lei"), 0.002,
		[]string{"NFS 延迟过高: nas{01..08} 平均 {500..900} ms"},
		"Info: NFS 平均延迟 {1..40} ms", "Debug: nas{01..08} stat() took {1..90} ms", "Warning: nas{01..08} 平均延迟 {100..400} ms")
	s.episodes = []episode{{
		Range: event.Range{From: end.Add(-stormStart), To: end.Add(-stormEnd)},
		lines: [2]int{6, 14}, alarms: [2]int{4, 8}, failed: 0.3,
		chatter:  []string{"Error: nas{01..08} 平均延迟 {900..9000} ms", "Error: stat /nas{01..08}/proj/apollo: Connection timed out", "Fatal: nas{03|05} does not answer, mount is hung"},
		messages: []string{"NFS 延迟过高: nas{01..08} 平均 {900..9000} ms", "nas{01..08}: {3..40} clients report <b>hung</b> mounts"},
	}}
	return s
}

// surge logs many errors while the week ends.
func surge(end time.Time) script {
	s := saying(describe(surgeMonitor, "every 5 minutes", "2-59/5 * * * *", "max 10 times", "sec.admin sec.oncall"), 0.003,
		[]string{"{6..20} failed logins of {root|admin|oracle} from 203.0.113.{1..250} in 5 minutes"},
		"Info: {0..5} failed logins in 5 minutes", "Debug: auth.log: {100..4000} lines read")
	s.episodes = []episode{{
		Range: event.Range{From: end.Add(-surgeStart), To: end.Add(-surgeEnd)},
		lines: [2]int{15, 30}, alarms: [2]int{0, 1},
		chatter:  []string{"Error: Failed password for invalid user {admin|oracle|test|git} from 203.0.113.{1..250} port {1024..65000} ssh2", "Error: 用户 {root|admin} 登录失败 {6..60} 次，来源 203.0.113.{1..250}"},
		messages: []string{"{200..900} failed logins from 203.0.113.{1..250} in 5 minutes"},
	}}
	return s
}
