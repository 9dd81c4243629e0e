#include "harness/stats/outcome_vectors.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "harness/stats/multiplicity.h"
#include "harness/stats/two_rates.h"

namespace repro::stats {
namespace {

using Counts = std::vector<std::uint64_t>;

TEST(FisherFreemanHalton, IsFishersTestForTwoOutcomes) {
  for (std::uint64_t a = 0; a <= 10; ++a) {
    for (std::uint64_t b = 0; b <= 13; ++b) {
      const Counts first{a, 10 - a};
      const Counts second{b, 13 - b};
      EXPECT_NEAR(fisher_freeman_halton({first, second}).p_value, fisher_two_sided({a, 10, b, 13}), 1e-12)
          << a << "/10 v " << b << "/13";
    }
  }
}

TEST(FisherFreemanHalton, DrawsTablesWhereThereAreTooManyAndSaysHowFarOff) {
  const Counts a{10, 1, 4, 85};
  const Counts b{8, 6, 9, 77};
  const TableTest exact = fisher_freeman_halton({a, b});
  EXPECT_TRUE(exact.is_exact);
  EXPECT_EQ(exact.standard_error, 0);
  const TableTest drawn = fisher_freeman_halton({a, b}, {.most_tables = 10});
  EXPECT_FALSE(drawn.is_exact);
  EXPECT_EQ(drawn.tables, kDrawnTables);
  EXPECT_GT(drawn.standard_error, 0);
  EXPECT_NEAR(drawn.p_value, exact.p_value, 4 * drawn.standard_error);
  EXPECT_EQ(drawn.p_value, fisher_freeman_halton({a, b}, {.most_tables = 10}).p_value) << "same seed";
}

TEST(FisherFreemanHalton, SaysNothingAboutOneOutcomeOrNoRuns) {
  EXPECT_EQ(fisher_freeman_halton({Counts{0, 7}, Counts{0, 9}}).p_value, 1);
  EXPECT_EQ(fisher_freeman_halton({Counts{0, 0}, Counts{3, 9}}).p_value, 1);
}

TEST(FisherFreemanHalton, DoesNotDependOnTheOrderOfOutcomes) {
  const double p = fisher_freeman_halton({Counts{9, 1, 3, 4}, Counts{2, 2, 0, 14}}).p_value;
  EXPECT_NEAR(p, fisher_freeman_halton({Counts{4, 3, 1, 9}, Counts{14, 0, 2, 2}}).p_value, 1e-13);
}

TEST(TotalVariation, IsHalfTheSumOfTheDifferences) {
  EXPECT_DOUBLE_EQ(total_variation({Counts{18, 2, 5, 0}, Counts{6, 0, 19, 0}}), 0.56);
  EXPECT_DOUBLE_EQ(total_variation({Counts{3, 0}, Counts{0, 5}}), 1);
  EXPECT_DOUBLE_EQ(total_variation({Counts{3, 3}, Counts{5, 5}}), 0);
}

TEST(Holm, KeepsTheOrderAndNeverExceedsOne) {
  const std::vector<double> p{0.04, 0.01, 0.03, 0.9};
  const std::vector<double> adjusted = holm(p);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.04);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.09);
  EXPECT_DOUBLE_EQ(adjusted[0], 0.09) << "not below the one before it";
  EXPECT_DOUBLE_EQ(adjusted[3], 0.9);
  EXPECT_TRUE(holm({}).empty());
}

TEST(Holm, OfEvidenceIsHolmOfItsReciprocals) {
  const std::vector<double> log_e{std::log(100.0), std::log(30.0), std::log(45.0), -HUGE_VAL};
  const std::vector<double> adjusted = holm_log_e(log_e);
  EXPECT_NEAR(adjusted[0], std::log(25.0), 1e-12);
  EXPECT_NEAR(adjusted[2], std::log(15.0), 1e-12);
  EXPECT_NEAR(adjusted[1], std::log(15.0), 1e-12);
  EXPECT_EQ(adjusted[3], -HUGE_VAL);
}

}  // namespace
}  // namespace repro::stats
