import ArgumentParser
import Configuration
@main struct Latchkey: AsyncParsableCommand { func run() async throws {} }
