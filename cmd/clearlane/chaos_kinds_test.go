package main

import "time"

// The faults that a schedule is made of.
const (
	chaosKill            = "kill -9"               // a process, started again on its state
	chaosLost            = "kill -9, disk gone"    // and its state folder is emptied before
	chaosCorrupt         = "kill -9, disk corrupt" // and a file of each partition's state is damaged before
	chaosPause           = "pause"                 // of a process, shorter than the session timeout
	chaosLongPause       = "long pause"            // of a process that loses its partitions meanwhile
	chaosDeploy          = "deploy"                // every process in turn is stopped and started
	chaosClock           = "clock set"             // of a process, by hours, and back
	chaosDiskFull        = "disk full"             // of a process's state
	chaosBrokerKill      = "broker kill -9"        // and started again
	chaosBrokerPause     = "broker pause"
	chaosLeaderKill      = "leader kill -9"       // of one of the progress partitions
	chaosCoordinatorKill = "coordinator kill -9"  // of the transactions of a partition, or of the group
	chaosTwoKill         = "two brokers kill -9"  // of three: everything waits
	chaosAbort           = "input aborted"        // a transaction of input records that is aborted
	chaosHang            = "input left open"      // one whose sender has died: the broker aborts it
	chaosSenderClock     = "senders' clocks set"  // by hours: timestamps of input records
	chaosSites           = "seller sites changed" // deleted, and registered again
	chaosAway            = "ClickHouse away"      // what it has stays
)

// Who a fault is done to, if no process (from 0 on).
const (
	chaosBroker     = -1
	chaosInput      = -2
	chaosAll        = -3
	chaosClickHouse = -4
	chaosSender     = -5
	chaosSellers    = -6
)

// chaosKind is what is to be known of a kind of fault.
type chaosKind struct {
	kind        string
	who         int // target; 0: a process
	times       int // how often at most in a run
	least, most time.Duration
	brokers     int    // how many there must be at least
	promise     string // what goes on or waits, until when; that nothing is lost or said twice always holds
}

// sec is seconds.
func sec(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// chaosKinds are all kinds.
func chaosKinds() []chaosKind {
	return []chaosKind{
		{chaosKill, 0, 3, sec(0.2), sec(6), 1, "its partitions go on elsewhere once the session timeout has passed"},
		{chaosLost, 0, 2, sec(0.2), sec(3), 1, "as after kill -9; the state is built anew from Kafka"},
		{chaosCorrupt, 0, 2, sec(0.2), sec(3), 1, "as after kill -9; the damage is found out, and the state built anew"},
		{chaosPause, 0, 3, sec(0.3), chaosSession - time.Second, 1, "keeps its partitions and goes on"},
		{chaosLongPause, 0, 2, chaosSession + time.Second, chaosSession + 4*time.Second, 1, "its partitions go on elsewhere; what it still writes is refused"},
		{chaosDeploy, chaosAll, 1, sec(3), sec(3) + 1, 1, "partitions are handed over, no timeout is waited for"},
		{chaosClock, 0, 2, sec(0.5), sec(4), 1, "changes nothing"},
		{chaosDiskFull, 0, 2, sec(0.5), sec(6), 1, "changes wait in memory up to their bound, then their partitions wait"},
		{chaosBrokerKill, chaosBroker, 1, sec(0.2), sec(2), 1, "waits for the broker; of three, another one leads"},
		{chaosBrokerPause, chaosBroker, 2, sec(0.5), sec(6), 1, "waits for the broker; of three, until its session has ended"},
		{chaosLeaderKill, chaosBroker, 1, sec(1), sec(6), 3, "another broker leads"},
		{chaosCoordinatorKill, chaosBroker, 1, sec(1), sec(6), 3, "another broker coordinates"},
		{chaosTwoKill, chaosBroker, 1, sec(0.5), sec(3), 3, "waits until two are there"},
		{chaosAbort, chaosInput, 3, sec(0.1), sec(2), 1, "its records are never seen; what follows them waits for its end"},
		{chaosHang, chaosInput, 1, sec(0.1), sec(1), 1, "what follows waits for the sender's transaction timeout, here 5 s"},
		{chaosSenderClock, chaosSender, 2, sec(0.3), sec(3), 1, "changes nothing"},
		{chaosSites, chaosSellers, 1, sec(0.5), sec(5), 1, "the open orders of these sellers are decided anew, beside the others"},
		{chaosAway, chaosClickHouse, 2, sec(0.5), sec(8), 1, "scoring goes on; landing waits, and catches up"},
	}
}
