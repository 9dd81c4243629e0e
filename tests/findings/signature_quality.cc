// Prints the page of reports/signatures: how well signatures tell the faults of the labelled corpus apart.

#include <cstdio>

#include "tests/findings/labelled_corpus.h"

int main() {
  const std::string page = repro::findings::quality_page(repro::findings::labelled_reports());
  return std::fputs(page.c_str(), stdout) < 0 ? 1 : 0;
}
