module Lending
  # A physical copy with a shelf mark.
  class Copy
    attr_reader :book, :mark

    def initialize(book, mark)
      @book = book
      @mark = mark
      @damages = []
    end

    def damaged?
      !@damages.empty?
    end

    def report_damage(note)
      @damages << note
    end

    def shelf
      "A-17".split_at("-")
    end
  end
end
