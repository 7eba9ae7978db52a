import Beehive
import Testing

@Suite("Kubernetes' times")
struct KubernetesTimestampTests {
    @Test(
        "a time reads as it is written",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59Z", 951_868_799_000),
            ("2026-11-21T03:28:30Z", 1_795_231_710_000), ("2100-03-01T00:00:00Z", 4_107_542_400_000),
        ] as [(String, Int64)])
    func bothWays(row: (text: String, milliseconds: Int64)) {
        #expect(KubernetesTimestamp.text(row.milliseconds) == row.text)
        #expect(KubernetesTimestamp.milliseconds(row.text) == row.milliseconds)
    }

    @Test("milliseconds are shown when asked for, also before 1970")
    func exact() {
        #expect(KubernetesTimestamp.text(1_714_564_800_250, isExact: true) == "2024-05-01T12:00:00.250Z")
        #expect(KubernetesTimestamp.text(-1, isExact: true) == "1969-12-31T23:59:59.999Z")
    }

    @Test("what is no time has none", arguments: ["", "2026-13-01T00:00:00Z", "2026-11-21 03:28", "yesterday"])
    func noTime(text: String) { #expect(KubernetesTimestamp.milliseconds(text) == nil) }
}
