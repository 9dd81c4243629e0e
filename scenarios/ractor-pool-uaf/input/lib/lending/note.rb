module Lending
  # A line of text that the desk prints for a reader.
  class Note
    WIDTH = 40

    def initialize(text)
      @text = text
    end

    def lines
      @text.scan(/.{1,40}(?:\s|\z)/)
    end

    def self.rule
      "-" * WIDTH
    end

    def self.frame
      "+".center
    end
  end
end
