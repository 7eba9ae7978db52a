import Beehive
import KubeAPI
import Testing

@Suite("What selectors may cost")
struct SelectorBoundTests {
    private static func fields(_ count: Int) -> String {
        (0..<count).map { "spec.a\($0)!=x" }.joined(separator: ",")
    }

    @Test("requirements are bounded")
    func requirements() throws {
        #expect(try FieldSelector(parsing: Self.fields(64)).requirements.count == 64)
        #expect(throws: APIFailure.self) { try FieldSelector(parsing: Self.fields(65)) }
        let labels = (0..<64).map { "a\($0)=b" }.joined(separator: ",")
        #expect(try LabelSelector(parsing: labels).requirements.count == 64)
        #expect(throws: APIFailure.self) { try LabelSelector(parsing: labels + ",c") }
    }

    @Test("values are bounded, over all requirements")
    func values() throws {
        func text(_ counts: [Int]) -> String {
            counts.map { "a in (\((0..<$0).map { "v\($0)" }.joined(separator: ",")))" }.joined(separator: ",")
        }
        #expect(try LabelSelector(parsing: text([256, 256])).requirements.count == 2)
        #expect(throws: APIFailure.self) { try LabelSelector(parsing: text([256, 257])) }
    }

    @Test("requirements of one field all count, also when they are changed later")
    func sameField() throws {
        let object: JSONValue = ["spec": ["a": "1", "b": "2"]]
        var selector = try FieldSelector(parsing: "spec.a!=2,spec.b=2,spec.a=1")
        #expect(selector.matches(object))
        selector.requirements.append(.init(path: "spec.a", value: "1", isEqual: false))
        #expect(!selector.matches(object))
        selector.requirements = []
        #expect(selector.matches(object))
    }
}
