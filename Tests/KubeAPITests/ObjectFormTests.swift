import Beehive
import KubeAPI
import Testing

@Suite("Stored objects as the API shows them")
struct ObjectFormTests {
    struct Case: CustomTestStringConvertible {
        let stored: String
        let shown: String
        var testDescription: String { stored }
    }

    @Test(
        "kind and revision are put in, the cloud's version is kept as an annotation",
        arguments: [
            Case(
                stored: #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","resourceVersion":"5"},"spec":{}}"#,
                shown:
                    #"{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"metamanager/cloud-resource-version":"5"},"name":"a","resourceVersion":"77"},"spec":{}}"#
            ),
            Case(
                stored: #"{"metadata":{"resourceVersion":"5","annotations":{"b":"c"}}}"#,
                shown:
                    #"{"apiVersion":"v1","kind":"Pod","metadata":{"resourceVersion":"77","annotations":{"metamanager/cloud-resource-version":"5","b":"c"}}}"#
            ),
            Case(
                stored: #"{"metadata":{"annotations":{},"resourceVersion":"5"}}"#,
                shown:
                    #"{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{"metamanager/cloud-resource-version":"5"},"resourceVersion":"77"}}"#
            ),
            Case(
                stored: #" { "metadata" : { "name":"a" } , "kind":"Wrong" } "#,
                shown:
                    #"{"apiVersion":"v1", "metadata" : {"resourceVersion":"77", "name":"a" } , "kind":"Pod" } "#),
            Case(
                stored: #"{"metadata":{}}"#,
                shown: #"{"apiVersion":"v1","kind":"Pod","metadata":{"resourceVersion":"77"}}"#),
            Case(stored: "{}", shown: #"{"apiVersion":"v1","kind":"Pod","metadata":{"resourceVersion":"77"}}"#),
            Case(
                stored: #"{"data":1}"#,
                shown: #"{"apiVersion":"v1","kind":"Pod","metadata":{"resourceVersion":"77"},"data":1}"#),
            Case(
                stored: #"{"metadata":{"annotations":null,"resourceVersion":""}}"#,
                shown: #"{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":null,"resourceVersion":"77"}}"#),
        ])
    func shows(_ one: Case) throws {
        let form = ObjectForm(apiVersion: "v1", kind: "Pod")
        let shown = try #require(form.form(Bytes(one.stored.utf8), revision: 77))
        #expect(String(decoding: shown, as: UTF8.self) == one.shown)
        #expect(throws: Never.self) { try JSONValue(parsing: shown) }
    }

    @Test(
        "what is no object has no form",
        arguments: ["[]", "1", "", "{", #"{"metadata":{"a":}}"#, "null", #"{"metadata":null}"#])
    func refuses(_ stored: String) {
        var out: [UInt8] = [1]
        #expect(!ObjectForm(apiVersion: "v1", kind: "Pod").append(Bytes(stored.utf8), revision: 1, to: &out))
        #expect(out == [1])
    }
}
