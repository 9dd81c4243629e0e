require_relative "../lib/lending"

class FeeTest
  def test_fee_is_capped
    raise "not capped" unless Lending::Fee.for(1_000) == Lending::Fee::MAXIMUM
  end

  def test_text
    raise "wrong text" unless Lending::Fee.text(905) == "9.05"
  end

  def helper
    [1, 2, 3].rotate(1, 2)
  end
end
