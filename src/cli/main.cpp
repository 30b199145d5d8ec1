#include <CLI/CLI.hpp>

#include "cli/commands.h"

int main(int argc, char** argv) {
  CLI::App program{"Remedium: from a first contact to the remedy received."};
  program.require_subcommand(1);
  remedium::cli::Run run;
  remedium::cli::add_serve(program, run);
  remedium::cli::add_law(program, run);
  remedium::cli::add_ledger(program, run);
  remedium::cli::add_import(program, run);
  program.add_subcommand("version", "Say which version this is")->callback([&run] {
    run = [] {
      std::puts("remedium 0.1.0");
      return 0;
    };
  });
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = program.exit(error);
    return code == 0 ? 0 : 2;
  }
  return run();
}
