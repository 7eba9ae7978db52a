import Beehive
import MetaManagerApp
import Testing

@Suite struct ConfigurationReferenceTests {
    private var root: String { #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() }

    @Test func `the document is what the program prints`() throws {
        let document = String(
            decoding: try ConfigurationFile.load(root + "/docs/configuration.md"), as: UTF8.self)
        let isSame = document == ConfigurationReference.markdown
        #expect(isSame, "write it anew: .build/debug/metamanager config reference > docs/configuration.md")
    }

    @Test func `every key has one line in it, with what it applies by`() throws {
        let lines = ConfigurationReference.markdown.split(separator: "\n")
        for key in ConfigurationKey.all {
            let own = lines.filter { $0.hasPrefix("| `\(key.name)` |") }
            #expect(own.count == 1 && own.first?.contains("| \(key.applies.rawValue) |") == true, "\(key.name)")
        }
        #expect(ConfigurationReference.json.elements.count == ConfigurationKey.all.count)
    }
}
