/// What happens to the link and to the daemon, and when: all of it follows from a seed.
struct Chaos: Sendable {
    /// One thing that happens.
    enum Event: Sendable, Equatable {
        /// The connection ends without a word, by a reset or in order.
        case cut(isReset: Bool)
        /// The connection ends so many bytes later, in the middle of a frame.
        case cutAfter(bytes: Int)
        /// The cloud reads and writes nothing, or goes on.
        case frozen(Bool)
        /// The connection ends, and new ones are answered with a status; or are accepted again.
        case refusing(Int?)
        /// Nobody listens, or somebody does again.
        case away(Bool)
        /// Pings go unanswered, or are answered.
        case withholdingPongs(Bool)
        /// So many acks get lost, and what they acked comes again.
        case dropAcks(Int)
        /// The cloud's program starts anew and forgets its queues.
        case cloudRestart
        /// The daemon is killed and started again.
        case kill
    }

    /// An event and the pause before it.
    struct Step: Sendable {
        let pause: Duration
        let event: Event
    }

    let steps: [Step]

    /// How long all of it takes, without the starts of the daemon.
    var duration: Duration { steps.reduce(.zero) { $0 + $1.pause } }

    /// Makes the events of a run.
    init(seed: UInt64, cuts: Int, kills: Int) {
        var random = SeededRandom(seed: seed)
        func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
        var steps: [Step] = []
        for _ in 0..<cuts {
            let pause = Duration.milliseconds(200 + below(3000))
            let length = Duration.milliseconds(50 + below(900))
            // Longer than a dead connection takes to be noticed, now and then.
            let silence = Duration.milliseconds(below(4) == 0 ? 7000 : 200 + below(2000))
            switch below(10) {
            case 0, 1: steps.append(Step(pause: pause, event: .cut(isReset: true)))
            case 2: steps.append(Step(pause: pause, event: .cut(isReset: false)))
            case 3, 4: steps.append(Step(pause: pause, event: .cutAfter(bytes: 1 + below(5000))))
            case 5:
                steps.append(Step(pause: pause, event: .frozen(true)))
                steps.append(Step(pause: silence, event: .frozen(false)))
                // A freeze alone is no cut yet.
                steps.append(Step(pause: .milliseconds(below(200)), event: .cut(isReset: true)))
            case 6:
                steps.append(Step(pause: pause, event: .refusing([401, 404, 503][below(3)])))
                steps.append(Step(pause: length, event: .refusing(nil)))
            case 7:
                steps.append(Step(pause: pause, event: .away(true)))
                steps.append(Step(pause: length, event: .away(false)))
            case 8:
                steps.append(Step(pause: pause, event: .withholdingPongs(true)))
                steps.append(Step(pause: length, event: .cut(isReset: true)))
                steps.append(Step(pause: length, event: .withholdingPongs(false)))
            default:
                steps.append(Step(pause: pause / 2, event: .dropAcks(1 + below(3))))
                steps.append(Step(pause: pause / 2, event: .cloudRestart))
            }
        }
        // Between any two of them, so that some kills meet a link that is down.
        for _ in 0..<kills {
            let step = Step(pause: .milliseconds(below(700)), event: .kill)
            steps.insert(step, at: below(steps.count + 1))
        }
        self.steps = steps
    }
}
