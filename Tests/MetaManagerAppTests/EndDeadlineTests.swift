import Glibc
import MetaManagerApp
import Testing

@Suite("The end's deadline")
struct EndDeadlineTests {
    @Test("a process that does not stop after SIGTERM is ended, whatever keeps its threads busy")
    func ends() async {
        await #expect(processExitsWith: .exitCode(1)) {
            let deadline = EndDeadline(seconds: 0.1)
            // Listening begins on another thread.
            usleep(2_000_000)
            kill(getpid(), SIGTERM)
            withExtendedLifetime(deadline) {
                for _ in 0..<200 { usleep(100_000) }
            }
        }
    }

    @Test("a process without a signal goes on")
    func goesOn() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let deadline = EndDeadline(seconds: 0.1)
            withExtendedLifetime(deadline) { _ = usleep(300_000) }
            exit(7)
        }
    }
}
