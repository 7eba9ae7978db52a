import ArgumentParser
import Testing

@testable import MetaManagerCLI

/// The daemon's usual command line is read without the parser, and nothing else is.
@Suite struct RunLineTests {
    @Test(arguments: [
        (["run"], ConfigurationChoice()),
        (["run", "--config", "a.yaml"], ConfigurationChoice(config: "a.yaml")),
        (
            ["run", "--set", "a.b=1", "--config", "a.yaml", "--set", "c=-2"],
            ConfigurationChoice(config: "a.yaml", settings: ["a.b=1", "c=-2"])
        ),
    ])
    func `plain lines are read as the parser reads them`(_ line: [String], _ choice: ConfigurationChoice) throws {
        #expect(RunLine(line)?.choice == choice)
        let command = try #require(try MetaManagerCommand.parseAsRoot(line) as? RunCommand)
        #expect(command.options.choice == choice)
    }

    @Test(arguments: [
        [], ["status"], ["run", "--help"], ["run", "--config"], ["run", "--config", ""], ["run", "--config=a.yaml"],
        ["run", "--config", "-a"], ["run", "--config", "a", "--config", "b"], ["run", "--set", "--config"],
        ["run", "a.yaml"], ["run", "--", "x"], ["run", "--sot", "a=1"], ["help", "run"], ["--config", "a", "run"],
    ])
    func `whatever is not as plain is the parser's`(_ line: [String]) {
        #expect(RunLine(line) == nil)
    }
}
