import Beehive
import Testing

@testable import MetaStore

@Suite struct StoreSurveyTests {
    let folder = TestFolder()

    private func fill() throws {
        let store = try MetaStore(path: folder.database, now: startOfTests)
        for number in 0..<500 {
            let value = #"{"kind":"Pod","pad":"\#(String(repeating: "x", count: 300))"}"#
            try store.apply([.put(sample("n/pod/p\(number)", value), replacing: nil)])
        }
        try store.checkpoint()
    }

    @Test func `a sound database has no findings, also while it is written`() throws {
        try fill()
        let store = try MetaStore(path: folder.database, now: startOfTests)
        try store.apply([.put(sample("n/pod/more"), replacing: nil)])
        let findings = StoreSurvey(path: folder.database).run(step: 16)
        #expect(findings.problem == nil && findings.damaged.isEmpty && findings.isFinished && findings.rows == 501)
    }

    @Test func `a damaged value is a finding of its row`() throws {
        try fill()
        try TestFolder.run("UPDATE object SET value = '{}' WHERE key = 'n/pod/p7'", on: folder.database)
        let findings = StoreSurvey(path: folder.database).run()
        #expect(findings.problem == nil && findings.damaged == ["n/pod/p7"] && findings.rows == 500)
    }

    @Test func `damaged pages and indexes are a matter of the file`() throws {
        try fill()
        let whole = TestFolder.bytes(folder.database)
        for page in 2..<whole.count / 4096 {
            var flipped = whole
            for offset in 0..<8 { flipped[page * 4096 + offset] ^= 0xFF }
            TestFolder.write(flipped, to: folder.database)
            #expect(StoreSurvey(path: folder.database).run().problem != nil, "page \(page)")
        }
        // A key in the index that is not that of its row.
        let key = Array("n/pod/p123".utf8)
        let places = whole.indices.filter { whole[$0...].starts(with: key) }
        for place in places {
            var flipped = whole
            flipped[place + 2] ^= 1
            TestFolder.write(flipped, to: folder.database)
            let findings = StoreSurvey(path: folder.database).run()
            #expect(findings.problem != nil || !findings.damaged.isEmpty, "\(place)")
        }
        #expect(places.count >= 2)
    }

    @Test func `it ends when it is told to`() throws {
        try fill()
        let survey = StoreSurvey(path: folder.database)
        survey.stop()
        #expect(!survey.run().isFinished)
    }

    @Test func `a file that is not there is no finding`() {
        let findings = StoreSurvey(path: folder.database).run()
        #expect(findings.problem == nil && !findings.isFinished)
    }
}
