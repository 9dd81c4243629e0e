require_relative "../lib/lending/card_number"

class CardNumberTest
  def test_check_digit
    digit = Lending::CardNumber.check_digit([1, 2, 3, 4, 5])
    raise "wrong digit" unless digit.between?(0, 9)
  end

  def helper
    "12345".each_digit
  end
end
