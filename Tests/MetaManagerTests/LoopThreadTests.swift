import Beehive
import MetaManager
import Testing

@Suite("a thread of its own", .timeLimit(.minutes(5)))
struct LoopThreadTests {
    @Test("who waits for a while only goes on without a thread that works on, and hears of one that has ended")
    func join() async {
        let gate = Lock(false)
        let thread = LoopThread()
        thread.start { _ = gate.wait(deadline: nil) { $0 ? true : nil } }
        #expect(await thread.join(within: .milliseconds(1)) == false)
        async let last = thread.join(within: .seconds(240))
        gate.withLock { $0 = true }
        gate.broadcast()
        #expect(await last)
        #expect(await thread.join(within: .zero))
        await thread.join()
    }
}
