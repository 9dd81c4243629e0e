require_relative "../lib/lending/money"

class MoneyTest
  def test_sum
    sum = Lending::Money.new(150) + Lending::Money.new(75)
    raise "wrong sum" unless sum.cents == 225
  end

  def helper
    (1..3).sum_of_squares
  end
end
